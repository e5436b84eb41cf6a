import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { composeSupergraph } from '../../compose.ts';
import type { SubgraphFetch } from '../../upstream/transport.ts';

const HEAD = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@composeDirective", "@shareable", "@external", "@requires", "@authenticated"])
    @link(url: "https://library.test/cacheControl/v1.0", import: ["@cacheControl"])
    @composeDirective(name: "@cacheControl")
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
`;

const BOOKS = `${HEAD}
  type Book @key(fields: "id") @key(fields: "isbn") @cacheControl(maxAge: 60) {
    id: ID! isbn: String! title: String! mood: String @cacheControl(maxAge: 5)
    mine: String @cacheControl(scope: PRIVATE) secret: String @authenticated
    shelf: Shelf @cacheControl(inheritMaxAge: true)
    writer: Writer
  }
  type Writer @key(fields: "id") { id: ID! }
  type Shelf { room: String! place: Place next: Shelf @cacheControl(maxAge: 20) }
  type Place { floor: Int }
  type Query {
    books: [Book!]! @cacheControl(maxAge: 100)
    book(id: ID, isbn: String): Book
    plain: [Book!]! @cacheControl(maxAge: 0)
    shelves: [Shelf!] @cacheControl(maxAge: 30)
    motto: String
    greeting(fail: Boolean): String @cacheControl(maxAge: 40)
    inherited: Shelf @cacheControl(inheritMaxAge: true)
  }
  type Mutation {
    retitle(id: ID!, title: String!): Book
    add(id: ID!): Book
    failing(id: ID!): Book
  }
  type Subscription { retitled: Book }
`;

const WRITERS = `${HEAD}
  type Writer @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String! }
  type Query { writers: [Writer!]! }
  type Mutation { rename(id: ID!, name: String!): Writer }
`;

interface BookRow {
  id: string;
  isbn: string;
  title: string;
  writer: { id: string };
}

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

/** Two subgraphs with hints, whose data changes and whose questions are counted. */
export interface Library {
  readonly supergraphSdl: string;
  readonly subgraphs: ReadonlyMap<string, SubgraphFetch>;
  readonly books: BookRow[];
  readonly writers: { id: string; name: string }[];
  /** Names of the subgraphs, in the order in which they were asked. */
  readonly asked: string[];
  /** While set, a subgraph has read its data but does not answer a query. */
  held: PromiseWithResolvers<void> | null;
  /** Gives this book to the stream of those that were retitled. */
  announce(book: BookRow): void;
}

export function createLibrary(): Library {
  const announced: BookRow[] = [];
  let wake = Promise.withResolvers<void>();
  const books = [1, 2, 3].map((n) => ({ id: `${n}`, isbn: `i${n}`, title: `Title ${n}`, writer: { id: `w${n % 2}` } }));
  const writers = ['w0', 'w1'].map((id) => ({ id, name: `Name ${id}` }));
  const find = ({ id, isbn }: Any): Any => books.find((book) => book.id === id || book.isbn === isbn) ?? null;
  const shelf = { room: 'A', place: { floor: 1 }, next: { room: 'B' } };
  const resolvers: Record<string, Any> = {
    books: {
      Book: {
        __resolveReference: find,
        mood: () => 'good',
        mine: (_: unknown, __: unknown, { identity }: Any) => `of ${identity}`,
        secret: () => 's',
        shelf: () => shelf,
      },
      Query: {
        books: () => books.map((book) => ({ ...book })),
        book: (_: unknown, wanted: Any) => ({ ...find(wanted) }),
        plain: () => books,
        shelves: () => [shelf],
        motto: () => 'read',
        greeting: (_: unknown, { fail }: Any, { identity }: Any) => {
          if (fail) throw new GraphQLError('not today', { extensions: { code: 'CONFLICT' } });
          return `to ${identity}`;
        },
        inherited: () => shelf,
      },
      Mutation: {
        retitle: (_: unknown, { id, title }: Any) => Object.assign(find({ id }), { title }),
        add: (_: unknown, { id }: Any) => {
          books.push({ id, isbn: `i${id}`, title: `Title ${id}`, writer: { id: 'w0' } });
          return books.at(-1);
        },
        failing: (_: unknown, { id }: Any) => {
          Object.assign(find({ id }), { title: 'half written' });
          throw new GraphQLError('no answer', { extensions: { code: 'UNAVAILABLE' } });
        },
      },
      Subscription: {
        retitled: {
          async *subscribe() {
            while (true) {
              for (let book = announced.shift(); book; book = announced.shift()) yield { retitled: book };
              await wake.promise;
              wake = Promise.withResolvers();
            }
          },
        },
      },
    },
    writers: {
      Writer: { __resolveReference: ({ id }: Any) => ({ ...writers.find((writer) => writer.id === id) }) },
      Query: { writers: () => writers },
      Mutation: {
        rename: (_: unknown, { id, name }: Any) =>
          Object.assign(writers.find((writer) => writer.id === id) ?? {}, { name }),
      },
    },
  };
  const library: Library = {
    supergraphSdl: composeSupergraph(
      Object.entries({ books: BOOKS, writers: WRITERS }).map(([name, sdl]) => ({
        name,
        url: `http://${name}.test/graphql`,
        typeDefs: parse(sdl),
      })),
    ).supergraphSdl,
    subgraphs: new Map(
      Object.entries({ books: BOOKS, writers: WRITERS }).map(([name, sdl]) => [name, serve(name, sdl)]),
    ),
    books,
    writers,
    asked: [],
    held: null,
    announce(book) {
      announced.push(book);
      wake.resolve();
    },
  };
  return library;

  function serve(name: string, sdl: string): SubgraphFetch {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers[name] }]) as GraphQLSchema;
    const yoga = createYoga({
      schema,
      logging: false,
      context: ({ request }) => ({
        identity: request.headers.get('x-alims-identity') ?? 'nobody',
      }),
    });
    return async (request) => {
      library.asked.push(name);
      const { query } = (await request.clone().json()) as { query: string };
      const answer = await yoga.fetch(request);
      if (query.startsWith('mutation') || query.startsWith('subscription') || !library.held) return answer;
      const text = await answer.text();
      await library.held.promise;
      return new Response(text, { headers: answer.headers });
    };
  }
}
