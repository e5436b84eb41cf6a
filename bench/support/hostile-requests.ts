/** What somebody sends who wants the router to suffer, or to give away what it should not. For the shop's supergraph. */
import { gzipSync } from 'node:zlib';

export interface HostileRequest {
  readonly name: string;
  readonly method?: string;
  /** Default `/graphql`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** `turn` makes each one new, so that no cache of documents helps. */
type Build = (turn: number) => Omit<HostileRequest, 'name'>;

const times = (count: number, of: (index: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, index) => of(index)).join(between);

/** `open` so many times, something within, `close` as often. */
const nested = (levels: number, open: string, within: string, close: string) =>
  `${open.repeat(levels)}${within}${close.repeat(levels)}`;

const operation = (query: string, variables: unknown = {}) => ({ body: JSON.stringify({ query, variables }) });
const document =
  (write: (turn: number) => string): Build =>
  (turn) =>
    operation(write(turn));
const raw =
  (body: string | Buffer, headers: Record<string, string> = {}): Build =>
  () => ({ body, headers });

const AROUND = '{ reviews(first: 3) { author { ';
const FRAGMENT = (name: string, within: string) => `fragment ${name} on Customer { ${within} }`;

const DOCUMENTS: Record<string, Build> = {
  'a circle walked 12 times': document(
    (turn) => `{ a${turn}: customers { ${nested(12, AROUND.slice(2), 'name', '} } ')} } }`,
  ),
  'a circle walked 2,000 times': document(
    (turn) => `{ a${turn}: customers { ${nested(2_000, AROUND.slice(2), 'name', '} } ')} } }`,
  ),
  '5,000 aliases of one field': document((turn) => `{ customers { ${times(5_000, (i) => `a${turn}_${i}: name`)} } }`),
  '1,000 aliases of a list': document((turn) => `{ ${times(1_000, (i) => `a${turn}_${i}: customers { name }`)} }`),
  '5,000 times the same field': document((turn) => `{ a${turn}: customers { ${'name '.repeat(5_000)} } }`),
  '2,000 times the same selection': document(
    (turn) => `{ ${times(2_000, (i) => `a${turn}: customers { n${i}: name reviews { text } }`)} }`,
  ),
  'aliases that differ below': document(
    (turn) => `{ ${times(400, (i) => `customers { reviews { a${turn}: ${i % 2 ? 'text' : 'stars'} } }`)} }`,
  ),
  '3,000 directives on a field': document((turn) => `{ a${turn}: __typename ${'@skip(if: false) '.repeat(3_000)} }`),
  '3,000 unknown directives': document((turn) => `{ a${turn}: __typename ${times(3_000, (i) => `@d${i}`)} }`),
  '1,000 unknown fields': document((turn) => `{ customers { ${times(1_000, (i) => `nam${turn}_${i}`)} } }`),
  'a circle of fragments': document(
    (turn) => `{ a${turn}: customers { ...A } } ${FRAGMENT('A', '...B')} ${FRAGMENT('B', '...A')}`,
  ),
  'a circle of 1,000 fragments': document(
    (turn) =>
      `{ a${turn}: customers { ...F0 } } ${times(1_000, (i) => FRAGMENT(`F${i}`, `...F${(i + 1) % 1_000} name`))}`,
  ),
  'fragments that double 25 times': document(
    (turn) =>
      `{ a${turn}: customers { ...F0 } } ${times(25, (i) => FRAGMENT(`F${i}`, `...F${i + 1} ...F${i + 1}`))} ${FRAGMENT('F25', 'name')}`,
  ),
  'fragments that double 25 times in new places': document(
    (turn) =>
      `{ a${turn}: customers { ...F0 } } ${times(25, (i) => FRAGMENT(`F${i}`, `${times(2, (j) => `a${j}: reviews(first: 1) { author { ...F${i + 1} } }`)}`))} ${FRAGMENT('F25', 'name')}`,
  ),
  '2,000 unused fragments': document(
    (turn) => `{ a${turn}: __typename } ${times(2_000, (i) => FRAGMENT(`F${i}`, 'name'))}`,
  ),
  '500 operations in one document': document((turn) => times(500, (i) => `query Q${turn}_${i} { customers { name } }`)),
  'a million customers': document((turn) => `{ a${turn}: customers(first: 1000000000) { name } }`),
  'lists in lists in lists': document(
    (turn) =>
      `{ a${turn}: customers(first: 200) { reviews(first: 200) { product { reviews(first: 200) { author { name } } } } } }`,
  ),
  '50 expensive lists': document(
    (turn) =>
      `{ ${times(50, (i) => `a${turn}_${i}: customers(first: 100) { reviews(first: 100) { product { title inStock } } }`)} }`,
  ),
  'every field on every road, 4 deep': document(
    (turn) =>
      `{ a${turn}: customers(first: 2) { ${nested(4, 'id name reviews(first: 2) { id text product { sku title inStock shippingCost reviews(first: 2) { author { ', 'id', '} } } } ')} } }`,
  ),
  'introspection in a circle': document(
    (turn) => `{ a${turn}: __schema { types { ${nested(15, 'fields { type { ofType { ', 'name', '} } } ')} } } }`,
  ),
  '200 introspections': document(
    (turn) => `{ ${times(200, (i) => `a${turn}_${i}: __schema { types { name fields { name } } }`)} }`,
  ),
  '200,000 tokens': document((turn) => `{ a${turn}: __typename ${'x '.repeat(200_000)} }`),
  'a comment of 900 KB': document((turn) => `{ a${turn}: __typename } #${'x'.repeat(900_000)}`),
  'a string of 900 KB': document((turn) => `{ a${turn}: customers(first: "${'x'.repeat(900_000)}") { name } }`),
  'a block string of 100,000 lines': document(
    (turn) => `{ a${turn}: customers(first: """${' x\\n'.repeat(100_000)}""") { name } }`,
  ),
  'a list in a list 50,000 deep': document(
    (turn) => `{ a${turn}: customers(first: ${nested(50_000, '[', '1', ']')}) { name } }`,
  ),
  'an object in an object 50,000 deep': document(
    (turn) => `{ a${turn}: customers(first: ${nested(50_000, '{a:', '1', '}')}) { name } }`,
  ),
  'a number of 100,000 digits': document((turn) => `{ a${turn}: customers(first: ${'9'.repeat(100_000)}) { name } }`),
  'selections 100,000 deep': document((turn) => `{ a${turn}: ${nested(100_000, 'a{', 'b', '}')} }`),
  'a document that never ends': document((turn) => `{ a${turn}: customers { `.repeat(20_000)),
  '2,000 variables': document(
    (turn) => `query V${turn}(${times(2_000, (i) => `$v${i}: Int`)}) { customers(first: $v0) { name } }`,
  ),
  'an alias named __proto__': document((turn) => `query P${turn} { __proto__: customers { constructor: name } }`),
  'a subscription over GET': (turn) => ({
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent(`subscription S${turn} { reviewAdded { at } }`)}`,
  }),
  'a name of 60 KB in GET': (turn) => ({ method: 'GET', path: `/graphql?query={a${turn}${'x'.repeat(12_000)}}` }),
};

const BODIES: Record<string, Build> = {
  '1,000 operations in one request': (turn) => ({
    body: `[${times(1_000, (i) => JSON.stringify({ query: `{ a${turn}_${i}: __typename }` }), ',')}]`,
  }),
  'variables nested 200,000 deep': (turn) => ({
    body: `{"query":"query V($v: Int) { a${turn}: customers(first: $v) { name } }","variables":{"v":${nested(200_000, '[', '1', ']')}}}`,
  }),
  'a list of 100,000 for a number': (turn) =>
    operation(`query V($v: Int) { a${turn}: customers(first: $v) { name } }`, { v: new Array(100_000).fill(1) }),
  '50,000 variables that nobody declared': (turn) =>
    operation(
      `{ a${turn}: __typename }`,
      Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`v${index}`, index])),
    ),
  'variables that reach for prototypes': (turn) => ({
    body: `{"query":"query V($__proto__: Int) { a${turn}: customers(first: $__proto__) { name } }","variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}`,
  }),
  'a body of 8 MB': raw(Buffer.alloc(8_000_000, 'x')),
  'half a megabyte of brackets': raw('['.repeat(500_000)),
  'not UTF-8': raw(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x22, 0x7d])),
  'a packed body that unpacks to 100 MB': raw(gzipSync(Buffer.alloc(100_000_000, ' ')), { 'content-encoding': 'gzip' }),
  'a form of a foreign page': raw('{"query":"{ __typename }"}', { 'content-type': 'text/plain' }),
  'another method': () => ({ method: 'DELETE' }),
  'a path out of the folder': () => ({ method: 'GET', path: '/graphql/../../../etc/passwd' }),
  'a header of 12 KB': (turn) => ({
    ...operation(`{ a${turn}: __typename }`),
    headers: { 'x-filler': 'x'.repeat(12_000) },
  }),
};

export const HOSTILE_NAMES: readonly string[] = [...Object.keys(DOCUMENTS), ...Object.keys(BODIES)];

export function hostileRequest(name: string, turn: number): HostileRequest {
  const build = DOCUMENTS[name] ?? BODIES[name];
  if (!build) throw new Error(`There is no hostile request "${name}".`);
  return { name, method: 'POST', ...build(turn) };
}
