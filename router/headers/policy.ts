import type { IncomingHttpHeaders } from 'node:http';
import { type HeaderConstant, type HeaderRule, patternCovers } from '#platform/config/header-rules.ts';
import { NO_HEADERS } from '../identify.ts';

/** By name in small letters. */
export type HeaderValues = Readonly<Record<string, string>>;

/** Which headers of a client its subgraphs get, and by which names. */
export interface HeaderPolicy {
  /** What goes on, under the client's own names: all that may differ between two callers of one identity. */
  pick(headers: IncomingHttpHeaders): HeaderValues;
  /** For `vary` of what may be kept: the names that are picked; `*` where a pattern picks, so that nothing is reused. */
  readonly vary: string | null;
  /** From what was picked to what this subgraph is sent; null where it is sent just that. */
  forSubgraph(name: string): ((picked: HeaderValues) => HeaderValues) | null;
}

export interface HeaderPolicyOptions {
  readonly rules: readonly HeaderRule[];
  readonly constants: readonly HeaderConstant[];
  /** Headers that carry a caller's claims: every subgraph gets them, no client can send them. */
  readonly claims: readonly string[];
}

export const FORWARD_NOTHING: HeaderPolicy = { pick: () => NO_HEADERS, vary: null, forSubgraph: () => null };

export function createHeaderPolicy({ rules: given, constants, claims }: HeaderPolicyOptions): HeaderPolicy {
  const own = new Set(claims);
  const rules = given.filter(({ name, rename }) => !own.has(rename ?? name));
  const names = [...new Set(rules.filter(({ name }) => !isPattern(name)).map(({ name }) => name))];
  const prefixes = [...new Set(rules.filter(({ name }) => isPattern(name)).map(({ name }) => name.slice(0, -1)))];
  return {
    pick(headers) {
      const picked: Record<string, string> = {};
      const wanted = [...names, ...covered(prefixes, headers)];
      for (const name of wanted) {
        const value = headers[name];
        if (value === undefined || own.has(name) || isOfConnection(name, headers)) continue;
        if (name === 'cookie' && isOfForeignPage(headers)) continue;
        picked[name] = Array.isArray(value) ? value.join(', ') : value;
      }
      return Object.keys(picked).length === 0 ? NO_HEADERS : picked;
    },
    vary: prefixes.length > 0 ? '*' : names.length > 0 ? names.join(', ') : null,
    forSubgraph(subgraph) {
      const isMeant = (rule: { readonly subgraph: string | null }) =>
        rule.subgraph === null || rule.subgraph === subgraph;
      return compile(rules, rules.filter(isMeant), constants.filter(isMeant), claims);
    },
  };
}

function isPattern(name: string): boolean {
  return name.endsWith('*');
}

/** In one order, so that callers who send the same share whatever the order of their headers. */
function covered(prefixes: readonly string[], headers: IncomingHttpHeaders): string[] {
  if (prefixes.length === 0) return [];
  return Object.keys(headers)
    .filter((name) => prefixes.some((prefix) => patternCovers(prefix, name)))
    .sort();
}

/** RFC 9110, 7.6.1: what `connection` names is meant for the next hop only. */
function isOfConnection(name: string, { connection }: IncomingHttpHeaders): boolean {
  if (connection === undefined) return false;
  return connection.split(',').some((each) => each.trim().toLowerCase() === name);
}

/** A browser opens a WebSocket to us, or asks for an image at our address, from any page, and sends our cookies along. */
function isOfForeignPage({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site === 'cross-site' || site === 'same-site') return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function compile(
  all: readonly HeaderRule[],
  rules: readonly HeaderRule[],
  constants: readonly HeaderConstant[],
  claims: readonly string[],
): ((picked: HeaderValues) => HeaderValues) | null {
  const isPlain = rules.length === all.length && constants.length === 0 && rules.every(({ rename }) => rename === null);
  if (isPlain) return null;
  return (picked) => {
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(picked)) {
      if (claims.includes(name)) continue;
      for (const rule of rules) if (isOf(rule, name)) sent[rule.rename ?? name] = value;
    }
    for (const name of claims) if (picked[name] !== undefined) sent[name] = picked[name];
    for (const { name, value } of constants) sent[name] = value;
    return sent;
  };
}

function isOf({ name }: HeaderRule, header: string): boolean {
  return isPattern(name) ? patternCovers(name.slice(0, -1), header) : name === header;
}
