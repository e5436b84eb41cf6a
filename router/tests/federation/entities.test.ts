import { byKey, describeFederation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const BATCHES = [{ id: 'b1', vials: ['1'] }];
const VIALS = [
  { id: '1', code: 'v.1', place: { rack: 'r1', row: 'A', column: '7' }, label: 'Vial one' },
  { id: '2', code: 'v.2', place: { rack: 'r1', row: 'B', column: '8' }, label: 'Vial two' },
];

describeFederation(
  'many keys, some of them not resolvable',
  {
    labels: {
      sdl: `
        type Vial
          @key(fields: "id")
          @key(fields: "code", resolvable: false)
          @key(fields: "place { rack row }", resolvable: false)
          @key(fields: "id place { row column }", resolvable: false) {
          id: ID! code: ID! place: Place! label: String!
        }
        type Place { rack: ID! row: ID! column: ID! }
      `,
      resolvers: { Vial: { __resolveReference: byKey(VIALS, 'id') } },
    },
    batches: {
      sdl: `
        type Query { batch: Batch }
        type Batch @key(fields: "id") { id: ID! vials: [Vial!]! }
        type Vial
          @key(fields: "place { rack row }", resolvable: false)
          @key(fields: "id place { row column }")
          @key(fields: "code", resolvable: false)
          @key(fields: "id", resolvable: false) {
          id: ID! code: ID! place: Place! label: String! @external tag: String! @requires(fields: "label")
        }
        type Place { rack: ID! row: ID! column: ID! }
      `,
      resolvers: {
        Query: { batch: () => BATCHES[0] },
        Batch: {
          vials: ({ vials }: Any) =>
            vials.map((id: string) => ({ ...VIALS.find((each) => each.id === id), label: null })),
        },
        Vial: {
          __resolveReference: ({ id, place, label }: Any) => {
            if (!id || !place?.row || !place.column) throw new Error('The key is not whole.');
            return { ...VIALS.find((each) => each.id === id), label };
          },
          tag: ({ label }: Any) => `tag of ${label}`,
        },
      },
    },
  },
  [
    [
      'a subgraph is entered again by a key that it resolves',
      '{ batch { id vials { id label tag } } }',
      { batch: { id: 'b1', vials: [{ id: '1', label: 'Vial one', tag: 'tag of Vial one' }] } },
      { gatewayDiffers: 'its planner takes the first key of the type, resolvable or not' },
    ],
    [
      'without a field of another subgraph nothing is entered',
      '{ batch { vials { code place { rack } } } }',
      { batch: { vials: [{ code: 'v.1', place: { rack: 'r1' } }] } },
      { asked: ['batches'] },
    ],
    [
      'the field that is required need not be selected',
      '{ batch { vials { tag } } }',
      { batch: { vials: [{ tag: 'tag of Vial one' }] } },
      { gatewayDiffers: 'its planner takes the first key of the type, resolvable or not' },
    ],
    [
      'the client may call anything by the name of a key',
      '{ batch { vials { id: label place: code tag } } }',
      { batch: { vials: [{ id: 'Vial one', place: 'v.1', tag: 'tag of Vial one' }] } },
      { gatewayDiffers: 'its planner takes the alias of the client for the key' },
    ],
  ],
);

const PEOPLE = [{ id: 'u1', name: 'Ada', mail: 'ada@lab.test', phone: '1' }];

describeFederation(
  'an entity that each subgraph knows by another key',
  {
    mail: {
      sdl: 'type Query { person: Person } type Person @key(fields: "id") { id: ID! }',
      resolvers: { Query: { person: () => ({ id: 'u1' }) } },
    },
    accounts: {
      sdl: 'type Person @key(fields: "id") @key(fields: "mail") { id: ID! mail: String! }',
      resolvers: {
        Person: {
          __resolveReference: (reference: Any) =>
            PEOPLE.find(({ id, mail }) => id === reference.id || mail === reference.mail),
        },
      },
    },
    names: {
      sdl: 'type Person @key(fields: "mail") { mail: String! name: String @shareable }',
      resolvers: { Person: { __resolveReference: byKey(PEOPLE, 'mail') } },
    },
    phones: {
      sdl: 'type Person @key(fields: "name mail") { name: String @shareable mail: String! phone: String }',
      resolvers: { Person: { __resolveReference: byKey(PEOPLE, 'name', 'mail') } },
    },
  },
  [
    [
      'the way leads through the subgraph that knows both keys',
      '{ person { name } }',
      { person: { name: 'Ada' } },
      { asked: ['mail', 'accounts', 'names'] },
    ],
    [
      'a key of two fields is put together from two subgraphs',
      '{ person { phone } }',
      { person: { phone: '1' } },
      { asked: ['mail', 'accounts', 'names', 'phones'] },
    ],
    ['what is already there is not fetched', '{ person { id } }', { person: { id: 'u1' } }, { asked: ['mail'] }],
    [
      'keys on the way do not show, and may be selected under other names',
      '{ person { mail: phone name: id } }',
      { person: { mail: '1', name: 'u1' } },
      { gatewayDiffers: 'its planner takes the alias of the client for the key' },
    ],
  ],
);

const NUMBERED = [
  { number: 'n1', id: '1', owner: { id: 'a', name: 'Ada' } },
  { number: 'n2', id: '2', owner: { id: 'b', name: 'Bob' } },
  { number: 'n3', id: '3', owner: { id: 'c', name: 'Cy' } },
];

describeFederation(
  'an entity that one subgraph on the way does not find',
  {
    boxes: {
      sdl: `
        type Query { boxes: [Box!] sample(number: ID!): Sample strict: Strict! }
        type Box { sample: Sample }
        type Sample @key(fields: "number") { number: ID! }
        type Strict @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          boxes: () => [...NUMBERED.map(({ number }) => ({ sample: { number } })), { sample: null }],
          sample: (_: unknown, { number }: Any) => ({ number }),
          strict: () => ({ id: 'gone' }),
        },
      },
    },
    index: {
      sdl: `
        type Sample @key(fields: "id") @key(fields: "number") { id: ID number: ID! nick: String }
        type Strict @key(fields: "id") { id: ID! value: Int! }
      `,
      resolvers: {
        Sample: {
          __resolveReference: async ({ number }: Any) => {
            if (number === 'broken') throw new Error('the index is broken');
            if (number === 'keyless') return { number, id: null, nick: 'K' };
            return number === 'n3' ? null : NUMBERED.find((each) => each.number === number);
          },
        },
        Strict: { __resolveReference: () => null },
      },
    },
    owners: {
      sdl: 'type Sample @key(fields: "id") { id: ID owner: Owner } type Owner { id: ID! name: String }',
      resolvers: {
        Sample: {
          __resolveReference: async (reference: Any) => {
            if (typeof reference.id !== 'string') throw new Error('A reference without a key.');
            return NUMBERED.find(({ id }) => id === reference.id);
          },
        },
      },
    },
  },
  [
    [
      'has null for what lies behind, and no reference without a key is sent',
      '{ boxes { sample { number owner { name } } } }',
      {
        boxes: [
          { sample: { number: 'n1', owner: { name: 'Ada' } } },
          { sample: { number: 'n2', owner: { name: 'Bob' } } },
          { sample: { number: 'n3', owner: null } },
          { sample: null },
        ],
      },
    ],
    [
      'alone it has null as well',
      '{ sample(number: "n3") { number nick owner { id } } }',
      { sample: { number: 'n3', nick: null, owner: null } },
    ],
    [
      'with an error the error stands at the entity',
      '{ sample(number: "broken") { number nick } }',
      { sample: { number: 'broken', nick: null } },
      { errors: ['sample DOWNSTREAM_SERVICE_ERROR'] },
    ],
    [
      'that is not there and whose field may not be null is null as far as it must',
      '{ strict { id value } }',
      null,
      {
        errors: ['strict.value INTERNAL'],
        gatewayDiffers: 'it tells such a null in extensions, not in errors',
      },
    ],
    [
      'a key that is null is sent as it is: the subgraph has the word',
      '{ sample(number: "keyless") { nick owner { name } } }',
      { sample: { nick: 'K', owner: null } },
      { errors: ['sample DOWNSTREAM_SERVICE_ERROR'] },
    ],
  ],
);

const ITEMS = [
  { id: '1', pid: 'p1', kind: { id: 'k1', tag: 't1' }, price: { amount: 10 } },
  { id: '2', pid: 'p2', kind: { id: 'k2', tag: 't2' }, price: { amount: 20 } },
];

describeFederation(
  'keys that hold lists and objects of other entities',
  {
    catalogue: {
      sdl: `
        type Query { top: ItemList! }
        type ItemList @key(fields: "items { id }") { items: [Item!]! }
        type Item @key(fields: "id") @shareable { id: ID! kind: Kind }
        type Kind @key(fields: "id") { id: ID! tag: String @shareable main: Item! }
      `,
      resolvers: {
        Query: { top: () => ({ items: ITEMS }) },
        Item: { __resolveReference: byKey(ITEMS, 'id') },
        Kind: { main: ({ id }: Any) => ITEMS.find(({ kind }) => kind.id === id) },
      },
    },
    link: {
      sdl: 'type Item @key(fields: "id") @key(fields: "id pid") { id: ID! pid: String! }',
      resolvers: { Item: { __resolveReference: byKey(ITEMS, 'id') } },
    },
    list: {
      sdl: `
        type ItemList @key(fields: "items { id pid }") { items: [Item!]! first: Item @shareable selected: Item @shareable }
        type Item @key(fields: "id pid") { id: ID! pid: String }
      `,
      resolvers: {
        ItemList: {
          __resolveReference: ({ items }: Any) => ({ items, first: items[0], selected: items[1] }),
        },
      },
    },
    price: {
      sdl: `
        type ItemList @key(fields: "items { id pid kind { id tag } } selected { id }") {
          items: [Item!]! first: Item @shareable selected: Item @shareable total: Int
        }
        type Item @key(fields: "id pid kind { id tag }") { id: ID! pid: String kind: Kind price: Price }
        type Kind @key(fields: "id tag") { id: ID! tag: String }
        type Price { amount: Int }
      `,
      resolvers: {
        ItemList: {
          __resolveReference: (reference: Any) => ({
            ...reference,
            total: reference.items.length * 100 + Number(reference.selected.id),
          }),
        },
        Item: {
          __resolveReference: ({ id, pid, kind }: Any) =>
            ITEMS.find((each) => each.id === id && each.pid === pid && each.kind.tag === kind.tag),
          price: ({ id }: Any) => ITEMS.find((each) => each.id === id)?.price,
        },
      },
    },
  },
  [
    [
      'a key is put together from the whole list, each element completed by another subgraph',
      '{ top { items { id pid price { amount } kind { main { id } tag } } selected { id } first { id } total } }',
      {
        top: {
          items: [
            { id: '1', pid: 'p1', price: { amount: 10 }, kind: { main: { id: '1' }, tag: 't1' } },
            { id: '2', pid: 'p2', price: { amount: 20 }, kind: { main: { id: '2' }, tag: 't2' } },
          ],
          selected: { id: '2' },
          first: { id: '1' },
          total: 202,
        },
      },
    ],
    [
      'an entity is followed in a circle to fields of a third subgraph',
      '{ top { items { kind { main { price { amount } pid kind { main { pid } } } } } } }',
      {
        top: {
          items: ITEMS.map(({ pid, price }) => ({ kind: { main: { price, pid, kind: { main: { pid } } } } })),
        },
      },
    ],
  ],
);

describeFederation(
  'an object without a key of its own',
  {
    samples: {
      sdl: `
        type Query { sample: Sample samples: [Sample!]! }
        type Sample @key(fields: "id") { id: ID! storage: Storage @shareable }
        type Storage @shareable { room: String details: Details }
        type Details @shareable { shelf: Int }
      `,
      resolvers: {
        Query: { sample: () => ({ id: '1' }), samples: () => [{ id: '1' }, { id: '2' }] },
        Sample: { storage: ({ id }: Any) => ({ room: `room ${id}`, details: { shelf: 1 } }) },
      },
    },
    freezers: {
      sdl: `
        type Sample @key(fields: "id") { id: ID! storage: Storage @shareable }
        type Storage { room: String @shareable degrees(unit: String = "C"): Int details: Details @shareable }
        type Details { shelf: Int @shareable box: String }
      `,
      resolvers: {
        Sample: { storage: ({ id }: Any) => ({ room: `room ${id}`, details: { shelf: 1, box: `box ${id}` } }) },
        Storage: { degrees: (_: unknown, { unit }: Any) => (unit === 'C' ? -80 : 193) },
      },
    },
  },
  [
    [
      'is completed through the entity above it',
      '{ sample { id storage { room degrees } } }',
      { sample: { id: '1', storage: { room: 'room 1', degrees: -80 } } },
    ],
    [
      'also two levels down, with arguments and in a list',
      '{ samples { storage { room degrees(unit: "K") details { shelf box } } } }',
      {
        samples: [
          { storage: { room: 'room 1', degrees: 193, details: { shelf: 1, box: 'box 1' } } },
          { storage: { room: 'room 2', degrees: 193, details: { shelf: 1, box: 'box 2' } } },
        ],
      },
    ],
    [
      'stands once for what two subgraphs give of it',
      '{ sample { storage { details { box } } again: storage { details { shelf box } } } }',
      { sample: { storage: { details: { box: 'box 1' } }, again: { details: { shelf: 1, box: 'box 1' } } } },
    ],
  ],
);

describeFederation(
  'one entity in many places',
  {
    runs: {
      sdl: `
        type Query { runs: [Run!]! grid: [[Person]] }
        type Run { number: Int! analyst: Person checker: Person }
        type Person @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          runs: () =>
            [1, 2, 3].map((number) => ({ number, analyst: { id: 'u1' }, checker: { id: number === 2 ? 'u0' : 'u1' } })),
          grid: () => [[{ id: 'u1' }, null], [], [{ id: 'u0' }, { id: 'u1' }], null],
        },
      },
    },
    people: {
      sdl: 'type Person @key(fields: "id") { id: ID! name: String }',
      resolvers: {
        Person: {
          __resolveReference: async ({ id }: Any) => {
            if (id === 'u0') throw new Error('nobody');
            return PEOPLE.find((each) => each.id === id);
          },
        },
      },
    },
  },
  [
    [
      'has the same fields everywhere, and an error of it stands at each of its places',
      '{ runs { number analyst { name } checker { name } } }',
      {
        runs: [
          { number: 1, analyst: { name: 'Ada' }, checker: { name: 'Ada' } },
          { number: 2, analyst: { name: 'Ada' }, checker: { name: null } },
          { number: 3, analyst: { name: 'Ada' }, checker: { name: 'Ada' } },
        ],
      },
      { errors: ['runs.1.checker DOWNSTREAM_SERVICE_ERROR'] },
    ],
    [
      'is found in lists of lists with nulls between',
      '{ grid { name } }',
      { grid: [[{ name: 'Ada' }, null], [], [{ name: null }, { name: 'Ada' }], null] },
      { errors: ['grid.2.0 DOWNSTREAM_SERVICE_ERROR'] },
    ],
  ],
);
