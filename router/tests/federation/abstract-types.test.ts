import { byKey, describeFederation } from '../fixture/supergraph.ts';

const INSTRUMENTS = [
  { __typename: 'Balance', id: 'i1', label: 'Scale', capacity: 220, site: { id: 's1' } },
  { __typename: 'Reader', id: 'i2', label: 'Plate reader', wells: 96, site: { id: 's2' } },
];

describeFederation(
  'an interface whose types are spread over subgraphs',
  {
    registry: {
      sdl: `
        interface Instrument { id: ID! label: String! }
        type Balance implements Instrument @key(fields: "id") { id: ID! label: String! }
        type Reader implements Instrument @key(fields: "id") { id: ID! label: String! }
        type Query { instruments: [Instrument!]! instrument(id: ID!): Instrument }
      `,
      resolvers: {
        Query: {
          instruments: () => INSTRUMENTS,
          instrument: (_: unknown, { id }: { id: string }) => INSTRUMENTS.find((each) => each.id === id),
        },
        Balance: { __resolveReference: byKey(INSTRUMENTS, 'id') },
        Reader: { __resolveReference: byKey(INSTRUMENTS, 'id') },
      },
    },
    details: {
      sdl: `
        interface Instrument { id: ID! site: Site! }
        type Balance implements Instrument @key(fields: "id") { id: ID! site: Site! capacity: Int! }
        type Reader implements Instrument @key(fields: "id") { id: ID! site: Site! wells: Int! }
        type Site @key(fields: "id") { id: ID! instruments: [Instrument!]! }
      `,
      resolvers: {
        Balance: { __resolveReference: byKey(INSTRUMENTS, 'id') },
        Reader: { __resolveReference: byKey(INSTRUMENTS, 'id') },
        Site: {
          instruments: ({ id }: { id: string }) => INSTRUMENTS.filter((each) => each.site.id === id),
        },
      },
    },
    sites: {
      sdl: 'type Site @key(fields: "id") { id: ID! city: String! }',
      resolvers: { Site: { __resolveReference: ({ id }: { id: string }) => ({ id, city: `City of ${id}` }) } },
    },
  },
  [
    [
      'a field that another subgraph gives to each type is fetched for all of them, in one fetch',
      '{ instruments { label site { id } } }',
      {
        instruments: [
          { label: 'Scale', site: { id: 's1' } },
          { label: 'Plate reader', site: { id: 's2' } },
        ],
      },
      { asked: ['registry', 'details'] },
    ],
    [
      'fields of fragments are fetched for the objects of their type only',
      '{ instruments { label ... on Balance { capacity } ... on Reader { wells } } }',
      {
        instruments: [
          { label: 'Scale', capacity: 220 },
          { label: 'Plate reader', wells: 96 },
        ],
      },
    ],
    [
      'a fragment on one type leaves nothing in objects of another',
      '{ instruments { ... on Reader { wells } } }',
      { instruments: [{}, { wells: 96 }] },
    ],
    [
      'one response key may stand for another field in each type',
      '{ instruments { ... on Balance { size: capacity } ... on Reader { size: wells } } }',
      { instruments: [{ size: 220 }, { size: 96 }] },
    ],
    [
      'an interface below an interface is followed through three subgraphs',
      '{ instrument(id: "i1") { site { city instruments { __typename label site { city } } } } }',
      {
        instrument: {
          site: {
            city: 'City of s1',
            instruments: [{ __typename: 'Balance', label: 'Scale', site: { city: 'City of s1' } }],
          },
        },
      },
    ],
    [
      'a named fragment on the interface counts for every type of it',
      'query { instruments { ...Where } } fragment Where on Instrument { id site { city } }',
      {
        instruments: [
          { id: 'i1', site: { city: 'City of s1' } },
          { id: 'i2', site: { city: 'City of s2' } },
        ],
      },
    ],
    [
      'a fragment on the interface inside a fragment on a type still belongs to that type',
      '{ instruments { ... on Reader { ... on Instrument { site { id } } wells } } }',
      { instruments: [{}, { site: { id: 's2' }, wells: 96 }] },
    ],
    ['an interface that is null is null', '{ instrument(id: "none") { label site { city } } }', { instrument: null }],
  ],
);

const ALIQUOTS = [
  { __typename: 'Aliquot', id: 'a1', twin: 'a2', barcode: 'X1' },
  { __typename: 'Aliquot', id: 'a2', twin: 'a1', barcode: 'X2' },
];
const aliquot = (id: unknown) => ALIQUOTS.find((each) => each.id === id) ?? null;

describeFederation(
  'an interface that refers to itself in circles',
  {
    tubes: {
      sdl: `
        interface Container { twin: Container }
        type Aliquot implements Container @key(fields: "id") { id: ID! twin: Container }
        type Query { container: Container }
      `,
      resolvers: {
        Query: { container: () => ALIQUOTS[0] },
        Aliquot: { __resolveReference: byKey(ALIQUOTS, 'id'), twin: ({ twin }: { twin: string }) => aliquot(twin) },
      },
    },
    labels: {
      sdl: `
        interface Container { id: ID! barcode: String }
        type Aliquot implements Container @key(fields: "id") { id: ID! barcode: String }
      `,
      resolvers: { Aliquot: { __resolveReference: byKey(ALIQUOTS, 'id') } },
    },
  },
  [
    [
      'the circle is walked as deep as the operation goes',
      '{ container { twin { twin { twin { __typename ... on Aliquot { id } } } } } }',
      { container: { twin: { twin: { twin: { __typename: 'Aliquot', id: 'a2' } } } } },
    ],
    [
      'another subgraph adds to every turn of the circle',
      '{ container { barcode twin { barcode twin { barcode ... on Aliquot { id twin { barcode } } } } } }',
      {
        container: {
          barcode: 'X1',
          twin: { barcode: 'X2', twin: { barcode: 'X1', id: 'a1', twin: { barcode: 'X2' } } },
        },
      },
    ],
  ],
);

const sample = { __typename: 'Sample', id: 's1', label: 'Blood' };
const reagent = { __typename: 'Reagent', id: 'r1', grade: 'HPLC' };

describeFederation(
  'a field that is nullable in one type of a union and not in another',
  {
    registry: {
      sdl: 'type Sample @key(fields: "id") { id: ID label: String } type Query { samples: [Sample] }',
      resolvers: { Query: { samples: () => [sample] }, Sample: { __resolveReference: byKey([sample], 'id') } },
    },
    store: {
      sdl: `
        union Item = Sample | Reagent
        type Sample @key(fields: "id") { id: ID! near: [Item!] }
        type Reagent @key(fields: "id") { id: ID near: [Item!] grade: String }
        type Query { items: [Item!]! }
      `,
      resolvers: {
        Query: { items: () => [sample, reagent] },
        Sample: { __resolveReference: byKey([sample], 'id'), near: () => [reagent, sample] },
        Reagent: { near: () => [sample] },
      },
    },
  },
  [
    [
      'both are read under the one key that the client has chosen',
      '{ items { ... on Sample { id } ... on Reagent { id } } }',
      { items: [{ id: 's1' }, { id: 'r1' }] },
    ],
    [
      'so they are below another entity, beside fields of other subgraphs',
      '{ samples { label near { ... on Sample { id label } ... on Reagent { id grade } } } }',
      {
        samples: [
          {
            label: 'Blood',
            near: [
              { id: 'r1', grade: 'HPLC' },
              { id: 's1', label: 'Blood' },
            ],
          },
        ],
      },
    ],
    [
      'an alias of the client is kept',
      '{ items { ... on Sample { number: id near { ... on Reagent { number: id } } } ... on Reagent { number: id } } }',
      { items: [{ number: 's1', near: [{ number: 'r1' }, {}] }, { number: 'r1' }] },
    ],
    [
      'a key that only one type has stays with that type',
      '{ items { __typename ... on Reagent { id near { ... on Sample { id } } } } }',
      { items: [{ __typename: 'Sample' }, { __typename: 'Reagent', id: 'r1', near: [{ id: 's1' }] }] },
    ],
  ],
);

const count = { __typename: 'Count', value: 3 };
const note = { __typename: 'Note', text: 'cloudy' };
const image = { __typename: 'Image', url: 'http://image.test/1' };

describeFederation(
  'a union with other members in each subgraph',
  {
    bench: {
      sdl: `
        union Finding = Count | Note
        type Count @shareable { value: Int }
        type Note { text: String }
        type Query { finding: Finding @shareable benchFinding: Finding note: Note report: Report @shareable }
        type Report @key(fields: "id") { id: ID! finding: Finding @shareable note: Note findings: [Finding!]! @shareable }
      `,
      resolvers: {
        Query: { finding: () => count, benchFinding: () => note, note: () => note, report: () => ({ id: '1' }) },
        Report: { finding: () => count, note: () => note, findings: () => [count, count] },
      },
    },
    camera: {
      sdl: `
        union Finding = Count | Image
        type Count @shareable { value: Int }
        type Image { url: String }
        type Query { finding: Finding @shareable cameraFinding: Finding report: Report @shareable }
        type Report @key(fields: "id") { id: ID! finding: Finding @shareable image: Finding findings: [Finding!]! @shareable }
      `,
      resolvers: {
        Query: { finding: () => count, cameraFinding: () => image, report: () => ({ id: '1' }) },
        Report: { finding: () => count, image: () => image, findings: () => [count, count] },
      },
    },
  },
  [
    [
      'a root field of one subgraph is asked for the members that it knows',
      '{ benchFinding { __typename ... on Count { value } ... on Note { text } ... on Image { url } } }',
      { benchFinding: { __typename: 'Note', text: 'cloudy' } },
      { asked: ['bench'] },
    ],
    [
      'so is the other subgraph for its own',
      '{ cameraFinding { ... on Image { url } ... on Note { text } } }',
      { cameraFinding: { url: 'http://image.test/1' } },
      { asked: ['camera'] },
    ],
    [
      'a member that the subgraph does not know is no error and leaves an empty object',
      '{ cameraFinding { ... on Note { text } } }',
      { cameraFinding: {} },
    ],
    ['a shared field is asked of one subgraph', '{ finding { ... on Count { value } } }', { finding: { value: 3 } }],
    [
      'a shared field with fragments on members of either subgraph gives what both can',
      '{ finding { __typename ... on Count { value } ... on Note { text } ... on Image { url } } }',
      { finding: { __typename: 'Count', value: 3 } },
    ],
    [
      'so does a shared list below an entity',
      '{ report { findings { ... on Count { value } ... on Note { text } ... on Image { url } } } }',
      { report: { findings: [{ value: 3 }, { value: 3 }] } },
    ],
    [
      'a field of one subgraph below a shared root keeps the members of that subgraph',
      '{ report { image { __typename ... on Image { url } ... on Note { text } } note { text } } }',
      { report: { image: { __typename: 'Image', url: 'http://image.test/1' }, note: { text: 'cloudy' } } },
    ],
    [
      'the same field under two aliases is two fields',
      '{ a: note { text } b: note { t: text } }',
      {
        a: { text: 'cloudy' },
        b: { t: 'cloudy' },
      },
    ],
  ],
);

const oven = { __typename: 'Oven', id: '1', warranty: 2 };
const mixer = { __typename: 'Mixer', id: '2', warranty: 5 };

describeFederation(
  'a union and an interface of the same entities in several subgraphs',
  {
    a: {
      sdl: `
        union Device = Oven | Mixer
        interface Node { id: ID! }
        type Oven implements Node @key(fields: "id") { id: ID! }
        type Mixer implements Node @key(fields: "id") { id: ID! warranty: Int }
        type Query { devices: [Device] node(id: ID!): Node @shareable mixers: [Mixer] }
      `,
      resolvers: {
        Query: {
          devices: () => [oven, mixer],
          node: (_: unknown, { id }: { id: string }) => [oven, mixer].find((each) => each.id === id),
          mixers: () => [mixer],
        },
        Oven: { __resolveReference: byKey([oven], 'id') },
        Mixer: { __resolveReference: byKey([mixer], 'id') },
      },
    },
    b: {
      sdl: `
        interface Node { id: ID! }
        type Oven implements Node @key(fields: "id") { id: ID! warranty: Int }
        type Mixer implements Node @key(fields: "id") { id: ID! }
        type Query { node(id: ID!): Node @shareable nodes: [Node!]! }
      `,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) => [oven, mixer].find((each) => each.id === id),
          nodes: () => [mixer, oven],
        },
        Oven: { __resolveReference: byKey([oven], 'id') },
        Mixer: { __resolveReference: byKey([mixer], 'id') },
      },
    },
  },
  [
    [
      'each member gets its field where it lives',
      '{ devices { ... on Oven { id warranty } ... on Mixer { id warranty } } }',
      {
        devices: [
          { id: '1', warranty: 2 },
          { id: '2', warranty: 5 },
        ],
      },
    ],
    [
      'a fragment on the interface selects from a union',
      '{ devices { ... on Node { id } } }',
      { devices: [{ id: '1' }, { id: '2' }] },
    ],
    [
      'an interface holds fragments on types of a union',
      '{ nodes { ... on Device { __typename ... on Oven { warranty } ... on Mixer { warranty } } } }',
      {
        nodes: [
          { __typename: 'Mixer', warranty: 5 },
          { __typename: 'Oven', warranty: 2 },
        ],
      },
    ],
    [
      'a shared root field is asked where the type wanted of it can be completed',
      '{ node(id: "1") { ... on Oven { warranty } } }',
      { node: { warranty: 2 } },
    ],
    [
      'a fragment on the other type leaves an empty object',
      '{ node(id: "1") { ... on Mixer { warranty } } }',
      { node: {} },
    ],
    [
      'the same root field with other arguments is another field',
      '{ one: node(id: "1") { __typename id } two: node(id: "2") { __typename ... on Mixer { warranty } } }',
      { one: { __typename: 'Oven', id: '1' }, two: { __typename: 'Mixer', warranty: 5 } },
    ],
    [
      'a fragment spread in a fragment counts',
      'query { devices { ...A } } fragment A on Device { ...B } fragment B on Oven { id warranty }',
      {
        devices: [{ id: '1', warranty: 2 }, {}],
      },
    ],
    ['nothing is found', '{ node(id: "9") { id ... on Oven { warranty } } }', { node: null }],
  ],
);

describeFederation(
  '__typename',
  {
    a: {
      sdl: `
        union Device = Oven | Mixer
        interface Node { id: ID! }
        type Oven implements Node @key(fields: "id") { id: ID! }
        type Mixer implements Node @key(fields: "id") { id: ID! }
        interface Person @key(fields: "id") { id: ID! }
        type Analyst implements Person @key(fields: "id") { id: ID! }
        type Query { device: Device node: Node person: Person }
      `,
      resolvers: {
        Query: { device: () => oven, node: () => mixer, person: () => ({ __typename: 'Analyst', id: 'p1' }) },
        Person: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Analyst', id }) },
        Analyst: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
      },
    },
    b: {
      sdl: 'type Person @key(fields: "id") @interfaceObject { id: ID! name: String } type Query { people: [Person!]! }',
      resolvers: {
        Query: { people: () => [{ id: 'p1', name: 'Ada' }] },
        Person: { __resolveReference: byKey([{ id: 'p1', name: 'Ada' }], 'id') },
      },
    },
  },
  [
    [
      'of a union is the member, under any alias',
      '{ device { __typename kind: __typename } }',
      { device: { __typename: 'Oven', kind: 'Oven' } },
    ],
    [
      'of an interface is the type',
      '{ node { id __typename t: __typename u: __typename } }',
      {
        node: { id: '2', __typename: 'Mixer', t: 'Mixer', u: 'Mixer' },
      },
    ],
    [
      'inside fragments is the type as well',
      '{ device { ... on Oven { t: __typename } ... on Mixer { t: __typename } } }',
      { device: { t: 'Oven' } },
    ],
    [
      'of the root needs no subgraph',
      '{ __typename q: __typename ... { __typename } }',
      { __typename: 'Query', q: 'Query' },
      { asked: [] },
    ],
    [
      'of an @interfaceObject is the concrete type, found where the interface lives',
      '{ people { __typename name } }',
      {
        people: [{ __typename: 'Analyst', name: 'Ada' }],
      },
    ],
    [
      'decides about fragments in an @interfaceObject',
      '{ people { ... on Analyst { t: __typename id name } } }',
      {
        people: [{ t: 'Analyst', id: 'p1', name: 'Ada' }],
      },
    ],
  ],
);
