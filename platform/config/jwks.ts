import { checkName } from './header-rules.ts';

/** Whose tokens are taken, and where their keys are. */
export interface JwksSource {
  /** An http(s) URL or a file. */
  readonly location: string;
  /** Null: any issuer whose token one of the keys has signed. */
  readonly issuer: string | null;
  /** One of them has to be named by the token; empty: any audience. */
  readonly audiences: readonly string[];
  /** Seconds that clocks may differ. */
  readonly toleranceSeconds: number;
}

const DEFAULT_TOLERANCE_SECONDS = 5;
const MOST_TOLERANCE_SECONDS = 300;

/**
 * Sources separated by commas: `https://idp.example/jwks.json;issuer=https://idp.example/;audience=lab;tolerance=30`, each
 * parameter optional, `audience` repeatable.
 * @throws Error saying what was expected.
 */
export function parseJwksSources(text: string): JwksSource[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(parseSource);
}

function parseSource(text: string): JwksSource {
  const [location = '', ...parameters] = text.split(';').map((each) => each.trim());
  const expected = () =>
    new Error(
      `expected URLs or files of key sets separated by commas, such as https://idp.example/jwks.json;issuer=https://idp.example/;audience=lab, got ${JSON.stringify(text)}`,
    );
  if (location === '' || location.includes('=')) throw expected();
  let issuer: string | null = null;
  const audiences: string[] = [];
  let toleranceSeconds = DEFAULT_TOLERANCE_SECONDS;
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const value = parameter.slice(equals + 1);
    switch (value && parameter.slice(0, equals)) {
      case 'issuer':
        issuer = value;
        break;
      case 'audience':
        audiences.push(value);
        break;
      case 'tolerance':
        toleranceSeconds = Number(value);
        break;
      default:
        throw expected();
    }
  }
  if (!(toleranceSeconds >= 0 && toleranceSeconds <= MOST_TOLERANCE_SECONDS)) {
    throw new Error(`expected a tolerance from 0 to ${MOST_TOLERANCE_SECONDS} seconds, got ${JSON.stringify(text)}`);
  }
  return { location, issuer, audiences, toleranceSeconds };
}

/** A claim of a verified token that subgraphs get as a header. */
export interface ClaimRule {
  /** A claim's name, or the way to one within objects: `realm_access.roles`. */
  readonly claim: string;
  readonly header: string;
}

/**
 * `sub>x-user-id, org.id>x-organization`.
 * @throws Error saying what was expected.
 */
export function parseClaimRules(text: string): ClaimRule[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const at = each.lastIndexOf('>');
      const claim = each.slice(0, at).trim();
      if (at === -1 || claim === '') {
        throw new Error(
          `expected claim>header separated by commas, such as sub>x-user-id, got ${JSON.stringify(each)}`,
        );
      }
      const header = each
        .slice(at + 1)
        .trim()
        .toLowerCase();
      checkName(header);
      return { claim, header };
    });
}
