/** What somebody sends who means harm, for the supergraph of `../fixture/sdl.ts`, and what has to come of it. */
export interface Hostile {
  readonly name: string;
  readonly method?: 'GET' | 'POST';
  /** Of a GET, percent-encoded. */
  readonly search?: string;
  /** Default: JSON. */
  readonly contentType?: string;
  readonly body?: string;
  readonly expect: Refused | Bounded;
}

/** Refused with this code before anything is fetched. */
export interface Refused {
  readonly code: 'BAD_INPUT' | 'UNAVAILABLE';
  readonly says: RegExp;
}

/** Answered, with no more than this much work. */
export interface Bounded {
  /** Requests to subgraphs, all together. */
  readonly fetches: number;
  /** Of the answer. */
  readonly bytes: number;
}

const times = (count: number, part: string | ((index: number) => string), between = ' ') =>
  Array.from({ length: count }, (_, index) => (typeof part === 'string' ? part : part(index))).join(between);

const nested = (levels: number, open: string, inner: string, close = '}') =>
  `${open.repeat(levels)}${inner}${close.repeat(levels)}`;

const refused = (says: RegExp): Refused => ({ code: 'BAD_INPUT', says });

function operation(name: string, query: string, expect: Hostile['expect'], variables?: unknown): Hostile {
  return { name, body: JSON.stringify({ query, variables }), expect };
}

function body(name: string, text: string, expect: Hostile['expect']): Hostile {
  return { name, body: text, expect };
}

const onPerson = (name: string, inner: string) => `fragment ${name} on Person { ${inner} }`;

const DEEP = [
  operation('thirty levels', `{ me { ${nested(30, 'manager {', 'name')} } }`, refused(/32 levels; at most 25/)),
  operation('three thousand levels', `{ me { ${nested(3_000, 'manager {', 'name')} } }`, refused(/levels; at most 25/)),
  operation('so many levels that a parser has no stack left', nested(30_000, '{a', ''), refused(/at most (25|10000)/)),
  operation(
    'levels hidden in fragments',
    `{ me { ...F0 } } ${times(40, (i) => onPerson(`F${i}`, `manager { ...F${i + 1} }`))} ${onPerson('F40', 'name')}`,
    refused(/levels; at most 25/),
  ),
  operation(
    'fragments within fragments, no field between',
    `{ me { ${nested(500, '... {', 'name')} } }`,
    refused(/within each other; at most 100/),
  ),
  operation(
    'type conditions within each other',
    `{ anything { ${nested(150, '... on Book {', 'name')} } }`,
    refused(/within each other; at most 100/),
  ),
  operation(
    'a chain of 290 fragments',
    `{ me { ...F0 } } ${times(290, (i) => onPerson(`F${i}`, `...F${i + 1}`))} ${onPerson('F290', 'name')}`,
    refused(/within each other; at most 100/),
  ),
  operation(
    'a list literal 2,000 deep',
    `{ items(filter: { colors: ${nested(2_000, '[', 'RED', ']')} }) { id } }`,
    refused(/at most (20|25)/),
  ),
  operation(
    'an object literal 500 deep',
    `{ items(filter: ${nested(500, '{ colors: ', '1')}) { id } }`,
    refused(/levels in one value; at most 20/),
  ),
  operation(
    'a type of 3,000 lists',
    `query ($v: ${nested(3_000, '[', 'Int', ']')}) { items(first: $v) { id } }`,
    refused(/\$v/),
  ),
  operation(
    'a default value 100 deep',
    `query ($v: ItemFilter = ${nested(100, '{ colors: ', '1')}) { items(filter: $v) { id } }`,
    refused(/levels in one value/),
  ),
];

const WIDE = [
  operation('eleven thousand tokens', `{ ${times(11_000, '__typename')} }`, refused(/more than 10000 tokens/)),
  operation(
    'nine thousand times the same field',
    `{ me { ${times(9_000, 'name')} } }`,
    refused(/fields; at most 5000/),
  ),
  operation('four thousand times the same field', `{ me { ${times(4_000, 'name')} } }`, { fetches: 1, bytes: 200 }),
  operation('a thousand times the same object', `{ me { ${times(1_000, 'manager { id }')} } }`, {
    fetches: 1,
    bytes: 200,
  }),
  operation('sixty root fields', `{ ${times(60, (i) => `a${i}: me { id }`)} }`, refused(/60 root fields; at most 50/)),
  operation(
    'sixty root fields of a mutation',
    `mutation { ${times(60, (i) => `a${i}: renamePerson(id: "p1", name: "x") { id }`)} }`,
    refused(/root fields; at most 50/),
  ),
  operation('300 aliases', `{ me { ${times(300, (i) => `a${i}: name`)} } }`, refused(/300 aliases; at most 200/)),
  operation(
    'aliases of a dear list',
    `{ ${times(45, (i) => `a${i}: people { friends { friends { reviews { score } } } }`)} }`,
    refused(/may cost \d+/),
  ),
  operation(
    'an alias of 200 KB over a list',
    `{ people { ${'x'.repeat(200_000)}: name } }`,
    refused(/200000 characters in one name; at most 200/),
  ),
];

const DIRECTIVES = [
  operation(
    '500 directives on one field',
    `{ me { name ${times(500, '@skip(if: false)')} } }`,
    refused(/500 directives; at most 200/),
  ),
  operation(
    'the same directive 150 times',
    `{ me { name ${times(150, '@skip(if: false)')} } }`,
    refused(/can only be used once/),
  ),
  operation('150 unknown directives', `{ me { name ${times(150, (i) => `@d${i}`)} } }`, refused(/Unknown directive/)),
  operation(
    'directives on an operation',
    `query ${times(300, '@include(if: true)')} { me { name } }`,
    refused(/directives; at most 200/),
  ),
  operation('@defer', '{ me { ... @defer { name } } }', refused(/Unknown directive "@defer"/)),
  operation('a directive named __proto__', '{ me { name @__proto__ } }', refused(/Unknown directive/)),
];

const FRAGMENTS = [
  operation('a fragment of itself', `{ me { ...A } } ${onPerson('A', '...A')}`, refused(/Cannot spread fragment/)),
  operation(
    'a cycle of two',
    `{ me { ...A } } ${onPerson('A', '...B')} ${onPerson('B', 'name ...A')}`,
    refused(/Cannot spread fragment/),
  ),
  operation(
    'a cycle of a hundred',
    `{ me { ...F0 } } ${times(100, (i) => onPerson(`F${i}`, `manager { ...F${(i + 1) % 100} }`))}`,
    refused(/levels|Cannot spread/),
  ),
  operation(
    'cycles from everywhere to everywhere',
    `{ me { ...F0 } } ${times(40, (i) =>
      onPerson(
        `F${i}`,
        times(40, (j) => `...F${j}`),
      ),
    )}`,
    refused(/Cannot spread fragment|at most/),
  ),
  operation(
    'a bomb of two to the power of fifteen',
    `{ me { ...F0 } } ${times(15, (i) => onPerson(`F${i}`, `friends { ...F${i + 1} } manager { ...F${i + 1} }`))} ${onPerson('F15', 'name')}`,
    refused(/fields; at most 5000/),
  ),
  operation(
    'a bomb of ten to the power of ten',
    `{ me { ...F0 } } ${times(10, (i) =>
      onPerson(
        `F${i}`,
        times(10, (j) => `a${j}: manager { ...F${i + 1} }`),
      ),
    )} ${onPerson('F10', 'name')}`,
    refused(/aliases; at most 200/),
  ),
  operation(
    'a bomb without fields',
    `{ me { ...F0 } } ${times(25, (i) => onPerson(`F${i}`, `...F${i + 1} ...F${i + 1}`))} ${onPerson('F25', 'name')}`,
    refused(/fields; at most 5000/),
  ),
  operation(
    '301 fragments',
    `{ me { ${times(300, (i) => `...F${i}`)} } } ${times(300, (i) => onPerson(`F${i}`, 'name'))}`,
    refused(/301 operations and fragments; at most 300/),
  ),
  operation(
    '290 fragments that each meet each',
    `{ me { ${times(290, (i) => `...F${i}`)} } } ${times(290, (i) => onPerson(`F${i}`, `name manager { id }`))}`,
    { fetches: 1, bytes: 200 },
  ),
  operation(
    '200 unused fragments',
    `{ me { name } } ${times(200, (i) => onPerson(`F${i}`, 'name'))}`,
    refused(/is never used/),
  ),
  operation('fragments that are not there', `{ me { ${times(500, (i) => `...F${i}`)} } }`, refused(/Unknown fragment/)),
  operation(
    'one name for many fragments',
    `{ me { ...F } } ${times(200, onPerson('F', 'name'))}`,
    refused(/only one fragment named/),
  ),
];

const OVERLAPPING = [
  operation('one key with two meanings', '{ me { name name: email } }', refused(/share the key "name"/)),
  operation(
    'one key with two sets of arguments, far below',
    '{ gadgets { ...A ...B } } fragment A on Gadget { brand { items { ... on Gadget { weight(unit: G) } } } } fragment B on Gadget { brand { items { ... on Gadget { weight(unit: KG) } } } }',
    refused(/share the key "weight"/),
  ),
  operation('pairs of pairs', `{ me { ${times(40, `manager { ${times(40, 'manager { id }')} }`)} } }`, {
    fetches: 1,
    bytes: 200,
  }),
  operation(
    'interfaces beside their types, twenty levels down',
    `{ item(id: "b1") ${(function meet(level: number): string {
      return level === 0
        ? '{ id }'
        : `{ brand { best ${meet(level - 1)} } ... on Book { brand { best { id } } } ... on Gadget { brand { best { id } } } }`;
    })(11)} }`,
    { fetches: 3, bytes: 2_000 },
  ),
];

const MANY_OPERATIONS = [
  operation(
    '400 operations',
    times(400, (i) => `query Q${i} { me { name } }`),
    refused(/400 operations and fragments/),
  ),
  operation(
    '200 operations, none named to run',
    times(200, (i) => `query Q${i} { me { name } }`),
    refused(/Say which operation/),
  ),
  operation(
    '200 operations without a name',
    times(200, '{ me { name } }'),
    refused(/anonymous operation must be the only/),
  ),
  operation('no operation at all', onPerson('F', 'name'), refused(/never used|no operation/)),
  operation(
    '100 operations over 190 fragments',
    `${times(100, (i) => `query Q${i} { me { ...F0 } }`)} ${times(190, (i) => onPerson(`F${i}`, `name ...F${i + 1}`))} ${onPerson('F190', 'name')}`,
    refused(/within each other/),
  ),
  body(
    'a name of 200 KB for the operation to run',
    JSON.stringify({ query: '{ me { name } }', operationName: 'x'.repeat(200_000) }),
    refused(/no operation named/),
  ),
  operation(
    'an operation with a name of 200 KB',
    `query ${'x'.repeat(200_000)} { me { name } }`,
    refused(/characters in one name/),
  ),
  body(
    'an operation named __proto__',
    JSON.stringify({ query: 'query A { me { name } }', operationName: '__proto__' }),
    refused(/no operation named/),
  ),
];

const LISTS = [
  operation(
    'a page of a million with pages beneath',
    '{ items(first: 1000000) { reviews { score } } }',
    refused(/may cost \d+/),
  ),
  operation(
    'the same by a variable',
    'query ($n: Int) { items(first: $n) { reviews { score } } }',
    refused(/may cost \d+/),
    { n: 1_000_000 },
  ),
  operation(
    "the same by a variable's default",
    'query ($n: Int = 1000000) { items(first: $n) { reviews { score } } }',
    refused(/may cost \d+/),
  ),
  operation(
    'lists in circles',
    `{ people { ${nested(10, 'friends {', 'name')} } }`,
    refused(/lists of Person within lists of Person/),
  ),
  operation('a page of minus one', '{ items(first: -1) { name } }', { fetches: 1, bytes: 2_000 }),
  operation(
    '150,000 values in a variable',
    'query ($c: [Color!]) { items(filter: { colors: $c }) { name } }',
    refused(/values in its variables; at most 100000/),
    { c: new Array(150_000).fill('RED') },
  ),
  operation(
    '50,000 wrong values in a variable',
    'query ($c: [Color!]) { items(filter: { colors: $c }) { name } }',
    refused(/Value "GREEN" does not exist|Too many errors/),
    { c: new Array(50_000).fill('GREEN') },
  ),
];

const INTROSPECTION_STORMS = [
  operation(
    'the schema fifty times',
    `{ ${times(50, (i) => `s${i}: __schema { types { name fields { name args { name } } } }`)} }`,
    refused(/times the whole schema|aliases/),
  ),
  operation(
    'types of fields of types, in a circle',
    `{ __schema { types { ${nested(8, 'fields { type {', 'name', '} }')} } } }`,
    refused(/introspection depth|whole schema/i),
  ),
  operation(
    'possible types of possible types',
    `{ __schema { types { ${nested(10, 'possibleTypes {', 'name')} } } }`,
    refused(/introspection depth|whole schema/i),
  ),
  operation(
    'the fields of everything, under many names',
    `{ __schema { types { ${times(60, (i) => `f${i}: fields { name type { name ofType { name } } args { name } }`)} } } }`,
    refused(/whole schema/),
  ),
  operation('the schema once', '{ __schema { types { name fields { name } } } }', { fetches: 0, bytes: 20_000 }),
  operation(
    'one type 45 times, with the types of its fields',
    `{ ${times(45, (i) => `t${i}: __type(name: "Book") { fields { name type { fields { name type { name } } } } }`)} }`,
    { fetches: 0, bytes: 90_000 },
  ),
];

const VALUES = [
  operation(
    'a string of 500 KB',
    `{ item(id: "${'x'.repeat(500_000)}") { name } }`,
    refused(/at most 20000 are served/),
  ),
  operation(
    'a block string of 100,000 lines',
    `{ item(id: """${'x\n'.repeat(100_000)}""") { name } }`,
    refused(/at most 20000 are served/),
  ),
  operation('a comment of 900 KB', `{ me { name } } #${'x'.repeat(900_000)}`, { fetches: 1, bytes: 100 }),
  operation(
    'a number of 10,000 digits',
    `{ items(first: ${'9'.repeat(10_000)}) { id } }`,
    refused(/Int cannot represent/),
  ),
  operation('an infinite number', '{ items(first: 1e999) { id } }', refused(/Int cannot represent/)),
  body(
    'an infinite number in a variable',
    '{"query":"query ($n: Int) { items(first: $n) { id } }","variables":{"n":1e999}}',
    refused(/\$n/),
  ),
  operation('a number that is none', '{ items(first: 0x10) { id } }', refused(/Syntax Error/)),
  operation(
    '300 variables',
    `query (${times(300, (i) => `$v${i}: Int`)}) { items(first: $v0) { id } }`,
    refused(/300 variables; at most 200/),
  ),
  operation(
    'variables that nobody declared',
    '{ me { name } }',
    { fetches: 1, bytes: 100 },
    Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`v${i}`, i])),
  ),
  operation(
    'variables of unknown types',
    `query (${times(100, (i) => `$v${i}: T${i}`)}) { me { name } }`,
    refused(/Unknown type/),
  ),
  body(
    'a variable nested 50,000 deep',
    `{"query":"query ($f: ItemFilter) { items(filter: $f) { id } }","variables":{"f":${nested(50_000, '[', '', ']')}}}`,
    refused(/levels in one value|not JSON/),
  ),
  operation(
    'an input object nested 30 deep',
    'query ($f: ItemFilter) { items(filter: $f) { id } }',
    refused(/levels in one value; at most 20/),
    { f: JSON.parse(nested(30, '{"colors":', '1')) },
  ),
];

const PROTOTYPES = [
  operation('an alias named __proto__', '{ __proto__: me { name } }', refused(/"__proto__", which is reserved/)),
  operation('an alias named constructor', '{ me { constructor: name } }', refused(/"constructor", which is reserved/)),
  operation(
    'an alias named prototype, in a fragment',
    `{ me { ...F } } ${onPerson('F', 'prototype: name')}`,
    refused(/"prototype", which is reserved/),
  ),
  operation(
    'a variable named __proto__',
    'query ($__proto__: Int) { items(first: $__proto__) { id } }',
    refused(/reserved/),
    { n: 1 },
  ),
  operation(
    'a variable named constructor',
    'query ($constructor: Int) { items(first: $constructor) { id } }',
    refused(/reserved/),
  ),
  operation(
    'a member named __proto__ in the document',
    '{ items(filter: { __proto__: { colors: [RED] } }) { id } }',
    refused(/reserved/),
  ),
  body(
    'a member named __proto__ in a variable',
    '{"query":"query ($f: ItemFilter) { items(filter: $f) { id } }","variables":{"f":{"__proto__":{"colors":["RED"]}}}}',
    refused(/reserved/),
  ),
  body(
    'a member named constructor in a variable',
    '{"query":"query ($f: ItemFilter) { items(filter: $f) { id } }","variables":{"f":{"constructor":{"prototype":{"x":1}}}}}',
    refused(/reserved/),
  ),
  body(
    'variables named __proto__ that nobody declared',
    '{"query":"{ me { name } }","variables":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}}',
    { fetches: 1, bytes: 100 },
  ),
  body('a body whose query is a prototype', '{"__proto__":{"query":"{ me { name } }"}}', refused(/"query" must be/)),
];

const UNKNOWN = [
  operation(
    '9,000 fields that do not exist',
    `{ ${times(49, (i) => `f${i}`)} me { ${times(4_500, (i) => `x${i}`)} } }`,
    refused(/Cannot query field/),
  ),
  operation(
    'fragments on types that do not exist',
    `{ anything { ${times(200, (i) => `... on T${i} { id }`)} } }`,
    refused(/Unknown type/),
  ),
  operation("a subgraph's own entry", '{ _service { sdl } }', refused(/Cannot query field "_service"/)),
  operation(
    'entities without the router',
    '{ _entities(representations: [{ __typename: "Person", id: "p1" }]) { ... on Person { secret } } }',
    refused(/Cannot query field "_entities"/),
  ),
  operation('a value that clients may not know', '{ items(filter: { colors: [SECRET] }) { id } }', refused(/SECRET/)),
  operation('a composite field without a selection', '{ me }', refused(/must have a selection/)),
];

const JUNK = [
  operation('nothing', '', refused(/"query" must be|Unexpected <EOF>/)),
  operation('only white space and commas', ' ,,\u2003\n,', refused(/Syntax Error|Unexpected/)),
  operation('a name in emoji', '{ 😀 { name } }', refused(/Syntax Error/)),
  operation('half of a surrogate pair', '{ me { \ud800 } }', refused(/Syntax Error/)),
  operation('a zero byte', '{ me { na\u0000me } }', refused(/Syntax Error/)),
  operation('text that runs to the left', '{ me { \u202e name } }', refused(/Syntax Error/)),
  operation('a byte order mark in every place', '\ufeff{ me\ufeff { \ufeffname } }', { fetches: 1, bytes: 100 }),
  operation('letters that only look Latin', '{ mе { name } }', refused(/Syntax Error/)),
  operation('a string that does not end', '{ item(id: "abc) { name } }', refused(/Unterminated string/)),
  operation('an escape that does not exist', '{ item(id: "\\u{110000}") { name } }', refused(/Invalid Unicode escape/)),
  operation('brackets that do not match', '{ me { name } } }}}}', refused(/Syntax Error/)),
  operation('SDL', 'type Query { me: Int }', refused(/not executable|no operation/)),
  body('half of a JSON text', '{"query":"{ me { name', refused(/not JSON/)),
  body('JSON that is no request', '42', refused(/JSON object/)),
  body('null', 'null', refused(/JSON object/)),
  body('a query that is a list', '{"query":["{ me { name } }"]}', refused(/"query" must be/)),
  body('variables that are a list', '{"query":"{ me { name } }","variables":[1]}', refused(/"variables" must be/)),
  body('extensions that are text', '{"query":"{ me { name } }","extensions":"x"}', refused(/"extensions" must be/)),
  body('200,000 brackets', '['.repeat(200_000), refused(/not JSON/)),
];

const REQUESTS: readonly Hostile[] = [
  body(
    'eleven operations in one request',
    `[${times(11, '{"query":"{ me { name } }"}', ',')}]`,
    refused(/11|at most 10/),
  ),
  body('a list of lists', '[[{"query":"{ me { name } }"}]]', refused(/JSON object|"query" must be/)),
  body('an empty list', '[]', refused(/operation|empty|JSON/i)),
  body(
    'a body of 2 MB',
    JSON.stringify({ query: `{ me { name } } #${'x'.repeat(2_000_000)}` }),
    refused(/larger than 1048576 bytes/),
  ),
  {
    name: 'a mutation over GET',
    method: 'GET',
    search: `query=${encodeURIComponent('mutation { renamePerson(id: "p1", name: "x") { id } }')}`,
    expect: refused(/sent with POST/),
  },
  {
    name: 'a subscription where no stream is wanted',
    body: JSON.stringify({ query: 'subscription { reviewAdded { __typename } }' }),
    expect: refused(/is a stream/),
  },
  {
    name: 'a form that a foreign page posts',
    contentType: 'application/x-www-form-urlencoded',
    body: 'query={me{name}}',
    expect: refused(/content-type/),
  },
  {
    name: 'JSON under the name of plain text',
    contentType: 'text/plain',
    body: '{"query":"{ me { name } }"}',
    expect: refused(/content-type/),
  },
];

export const HOSTILE: readonly Hostile[] = [
  ...DEEP,
  ...WIDE,
  ...DIRECTIVES,
  ...FRAGMENTS,
  ...OVERLAPPING,
  ...MANY_OPERATIONS,
  ...LISTS,
  ...INTROSPECTION_STORMS,
  ...VALUES,
  ...PROTOTYPES,
  ...UNKNOWN,
  ...JUNK,
  ...REQUESTS,
];
