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
