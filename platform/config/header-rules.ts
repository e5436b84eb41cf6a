/** One header of clients that goes on to subgraphs. */
export interface HeaderRule {
  /** Null: every subgraph. */
  readonly subgraph: string | null;
  /** In small letters; a `*` at its end stands for any rest. */
  readonly name: string;
  /** What the subgraph gets it as. Null: by its own name. */
  readonly rename: string | null;
}

/** A header that subgraphs get whatever the client sends. */
export interface HeaderConstant {
  /** Null: every subgraph. */
  readonly subgraph: string | null;
  readonly name: string;
  readonly value: string;
}

/** Those of one connection or body, and those that the router writes itself: nobody can pass them on. */
const NEVER: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'x-alims-identity',
  'x-request-id',
  'traceparent',
]);
/** What says who or where a client is, or how its browser asked: passed on only by whoever writes the name. */
const BY_NAME_ONLY =
  /^(authorization|cookie|set-cookie|origin|referer|forwarded|via|range|x-real-ip|(x-forwarded|sec|if|access-control)-.*)$/;

/** Whether `prefix*` stands for this name too. */
export function patternCovers(prefix: string, name: string): boolean {
  return name.startsWith(prefix) && !NEVER.has(name) && !BY_NAME_ONLY.test(name);
}

const NAME = /^[a-z0-9][a-z0-9_-]*$/;
const PATTERN = /^([a-z0-9][a-z0-9_-]*)?\*$/;

/**
 * Rules separated by commas: `x-tenant`, `x-trace-*`, `x-user>x-customer` for another name, and with `products/` in front
 * for that subgraph alone.
 * @throws Error saying what was expected.
 */
export function parseHeaderRules(text: string): HeaderRule[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(parseHeaderRule);
}

function parseHeaderRule(text: string): HeaderRule {
  const { subgraph, rest } = splitSubgraph(text);
  const [given = '', renamed, ...more] = rest.split('>').map((each) => each.trim().toLowerCase());
  const rename = renamed ?? null;
  if (more.length > 0 || !(NAME.test(given) || (PATTERN.test(given) && rename === null))) {
    throw new Error(
      `expected rules such as x-tenant, x-trace-*, x-user>x-customer or products/x-region, separated by commas, got ${JSON.stringify(text)}`,
    );
  }
  refuseReserved(given);
  if (rename !== null) checkName(rename);
  return { subgraph, name: given, rename };
}

/** A subgraph's name may hold anything but a slash. */
function splitSubgraph(text: string): { readonly subgraph: string | null; readonly rest: string } {
  const slash = text.indexOf('/');
  if (slash === -1) return { subgraph: null, rest: text };
  return { subgraph: text.slice(0, slash).trim(), rest: text.slice(slash + 1) };
}

/** @throws Error when a subgraph cannot be given a header of this name. */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw new Error(`expected the name of a header, such as x-tenant, got ${JSON.stringify(name)}`);
  refuseReserved(name);
}

function refuseReserved(name: string): void {
  if (!NEVER.has(name)) return;
  throw new Error(`expected headers that can be passed on; ${name} belongs to one connection or is the router's own`);
}

/** What an HTTP header may hold. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/**
 * Constants separated by line breaks or semicolons: `x-gateway=lab`, or `products/x-api-key=…` for one subgraph.
 * @throws Error saying what was expected, without any value.
 */
export function parseHeaderConstants(text: string): HeaderConstant[] {
  return text
    .split(/[\n;]/)
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const equals = each.indexOf('=');
      const value = each.slice(equals + 1).trim();
      if (equals === -1 || !isHeaderValue(value)) {
        throw new Error('expected name=value or subgraph/name=value, separated by semicolons or line breaks');
      }
      const { subgraph, rest } = splitSubgraph(each.slice(0, equals));
      const name = rest.trim().toLowerCase();
      checkName(name);
      return { subgraph, name, value };
    });
}
