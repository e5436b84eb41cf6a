import fc from 'fast-check';
import { parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Access, isMet, NO_ACCESS } from '../access.ts';
import { NOBODY } from '../identify.ts';
import { type Router, startRouter } from '../index.ts';
import { buildSupergraph } from '../supergraph.ts';
import { ARGUMENT_VALUES } from './fixture/data.ts';
import { createGuardedFixture, type GuardedFixture, guardedValue } from './fixture/guarded.ts';
import { silentLogger } from './fixture/logger.ts';
import { generateOperations } from './fixture/operations.ts';
import { readResults } from './fixture/router.ts';

function access(scopes: readonly string[], policies: readonly string[] = []): Access {
  return { authenticated: true, scopes: new Set(scopes), policies: new Set(policies) };
}

/** Who may all there is. */
const ALL = access(['a', 'b', 'c'], ['p', 'q']);

interface Running {
  readonly fixture: GuardedFixture;
  readonly router: Router;
  as(who: Access): Record<string, string>;
}

async function start(unauthorized: 'filter' | 'reject'): Promise<Running> {
  const fixture = createGuardedFixture();
  const people = new Map<string, Access>();
  const router = await startRouter({
    supergraphSdl: fixture.supergraphSdl,
    subgraphs: fixture.subgraphs,
    port: 0,
    planning: null,
    unauthorized,
    authenticate: async (token) => ({ ...NOBODY, scope: token ?? '', access: people.get(token ?? '') ?? NO_ACCESS }),
    logger: silentLogger,
  });
  return {
    fixture,
    router,
    as(who) {
      if (!who.authenticated) return {};
      const token = JSON.stringify([[...who.scopes], [...who.policies]]);
      people.set(token, who);
      return { authorization: `Bearer ${token}` };
    },
  };
}

let filtering: Running;
let rejecting: Running;

beforeAll(async () => {
  [filtering, rejecting] = await Promise.all([start('filter'), start('reject')]);
});

afterAll(() => Promise.all([filtering.router[Symbol.asyncDispose](), rejecting.router[Symbol.asyncDispose]()]));

// biome-ignore lint/suspicious/noExplicitAny: answers of a test
type Any = any;

async function ask(who: Access, query: string, { router, fixture, as }: Running = filtering, variables = {}) {
  fixture.seen.length = 0;
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...as(who) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors = [] }: Any = JSON.parse(text);
  return {
    data,
    text,
    errors: errors.map(({ path, extensions }: Any) =>
      `${(path ?? []).join('.')} ${extensions.code} ${extensions.coordinate ?? ''}`.trim(),
    ),
    asked: fixture.seen.map(({ query: sent }) => sent).join('\n'),
  };
}

describe('a field that is denied', () => {
  test('is null with an error at its place, and asked of nobody; what is beside it comes', async () => {
    const { data, errors, asked } = await ask(access(['a']), '{ me { name salary } }');
    expect(data).toEqual({ me: { name: 'name of u1', salary: null } });
    expect(errors).toEqual(['me.salary FORBIDDEN User.salary']);
    expect(asked).not.toContain('salary');
  });

  test('is given to who holds one of the sets whole', async () => {
    for (const who of [access(['a', 'b']), access(['c'])]) {
      const { data, errors } = await ask(who, '{ me { salary tax } }');
      expect(data.me).toEqual({ salary: guardedValue('User.salary'), tax: expect.stringContaining('User.tax') });
      expect(errors).toEqual([]);
    }
  });

  test('is UNAUTHENTICATED for nobody in particular', async () => {
    const { errors } = await ask(NO_ACCESS, '{ me { mail salary } }');
    expect(errors).toEqual(['me.mail UNAUTHENTICATED User.mail', 'me.salary UNAUTHENTICATED User.salary']);
  });

  test('makes the object above null where it may not be null itself, without a second error', async () => {
    const { data, errors } = await ask(access([]), '{ me { name badge } open }');
    expect(data).toEqual({ me: null, open: 'open' });
    expect(errors).toEqual(['me.badge FORBIDDEN User.badge']);
    const whole = await ask(access([]), '{ open needed { id } }');
    expect(whole.data).toBeNull();
    expect(whole.errors).toEqual(['needed FORBIDDEN Query.needed']);
  });

  test('counts by its key, whatever alias it has and however often it is selected', async () => {
    const query =
      '{ me { name: salary } other: me { x: salary ...F } } fragment F on User { y: salary @include(if: true) }';
    const { data, errors, asked } = await ask(access([]), query);
    expect(data).toEqual({ me: { name: null }, other: { x: null, y: null } });
    expect(errors).toHaveLength(3);
    expect(asked).not.toContain('salary');
  });

  test('is no error where it is skipped', async () => {
    const query = 'query ($no: Boolean = false) { me { name salary @include(if: $no) mail @skip(if: true) } }';
    const { data, errors } = await ask(NO_ACCESS, query);
    expect(data).toEqual({ me: { name: 'name of u1' } });
    expect(errors).toEqual([]);
  });

  test('in a list is told for each element', async () => {
    const { data, errors } = await ask(access([]), '{ users { ... on User { salary } } }');
    expect(data.users).toEqual([{ salary: null }, {}, { salary: null }]);
    expect(errors).toEqual(['users.0.salary FORBIDDEN User.salary', 'users.2.salary FORBIDDEN User.salary']);
  });

  test('in a long list is told for the first fifty, and explains every null', async () => {
    const { data, errors } = await ask(access([]), '{ many { boss { badge } } salaries: many { salary } }');
    expect(data.many.every((each: Any) => each.boss === null)).toBe(true);
    expect(errors.filter((error: string) => error.endsWith('User.badge'))).toHaveLength(50);
    expect(errors.filter((error: string) => error.endsWith('User.salary'))).toHaveLength(50);
    expect(errors).toHaveLength(100);
  });

  test('says whether the object around it is there, and nothing more', async () => {
    const { data, asked } = await ask(access([]), '{ me { boss { salary } } }');
    expect(data).toEqual({ me: { boss: { salary: null } } });
    expect(asked).not.toContain('salary');
  });

  test('that is computed from a denied field is denied, and so is not asked for', async () => {
    const { data, errors, asked } = await ask(access(['b']), '{ reviews { author { name tax } } }');
    expect(data.reviews[0]).toEqual({ author: { name: 'name of u1', tax: null } });
    expect(errors).toContain('reviews.0.author.tax FORBIDDEN User.tax');
    expect(asked).not.toMatch(/salary|tax/);
  });

  test('leaves introspection as it is', async () => {
    const { data, errors } = await ask(NO_ACCESS, '{ __type(name: "User") { fields { name } } me { salary } }');
    expect(data.__type.fields.map(({ name }: Any) => name)).toContain('salary');
    expect(errors).toEqual(['me.salary UNAUTHENTICATED User.salary']);
  });

  test('that is a key still finds its entity: the client does not see it', async () => {
    const { data, text } = await ask(NO_ACCESS, '{ me { desk { size number } } }');
    expect(data).toEqual({ me: { desk: null } });
    const without = await ask(NO_ACCESS, '{ me { desk { size place } } }');
    expect(without.data).toEqual({ me: { desk: { size: 'large', place: 'window' } } });
    expect(text + without.text).not.toContain('desk u1');
  });
});

describe('a type that is denied', () => {
  test('is null where a field gives it, and every field of it through a union', async () => {
    const { data, errors } = await ask(
      access([], ['p']),
      '{ staff { open } search { __typename ... on Staff { open } ... on User { name } } }',
    );
    expect(data).toEqual({
      staff: null,
      search: [
        { __typename: 'Staff', open: null },
        { __typename: 'User', name: 'name of u1' },
        { __typename: 'Robot' },
      ],
    });
    expect(errors).toEqual(['staff FORBIDDEN Query.staff', 'search.0.open FORBIDDEN Staff.open']);
  });

  test('needs all of its requirements and all of the field', async () => {
    const query = '{ search { ... on Staff { room } } }';
    expect((await ask(access(['b']), query)).data.search[0]).toEqual({ room: null });
    expect((await ask(access([], ['p']), query)).data.search[0]).toEqual({ room: null });
    expect((await ask(access(['b'], ['q']), query)).data.search[0]).toEqual({ room: guardedValue('Staff.room') });
  });

  test('a scalar too', async () => {
    expect((await ask(access([]), '{ money }')).errors).toEqual(['money FORBIDDEN Query.money']);
    expect((await ask(access(['c']), '{ money }')).data).toEqual({ money: guardedValue('Money') });
  });
});

describe('through an interface', () => {
  test('a field is denied when one of the possible types denies it; on the type itself only that counts', async () => {
    const { data, errors, asked } = await ask(access([]), '{ users { name salary } }');
    expect(data.users.map(({ salary }: Any) => salary)).toEqual([null, null, null]);
    expect(errors[0]).toBe('users.0.salary FORBIDDEN Named.salary');
    expect(asked).not.toContain('salary');
    const typed = await ask(access([]), '{ users { name ... on Robot { salary } } }');
    expect(typed.data.users[1]).toEqual({ name: 'robot', salary: 'none' });
    expect(typed.errors).toEqual([]);
  });

  test('one denied selection of a key makes it null, though another of the same key is allowed', async () => {
    const { data } = await ask(access([]), '{ users { salary ... on Robot { salary } } }');
    expect(data.users[1]).toEqual({ salary: null });
  });

  test('type conditions around an interface take nothing away', async () => {
    const { data, asked } = await ask(
      access([]),
      '{ search { ... on Named { ... on User { ... on Named { salary } } } } }',
    );
    expect(data.search[1]).toEqual({ salary: null });
    expect(asked).not.toContain('salary');
  });
});

describe('a mutation', () => {
  test('runs what is allowed of it, and never what is denied', async () => {
    const { data, errors, asked } = await ask(access([]), 'mutation { greet { name } fire { name } }');
    expect(data).toEqual({ greet: { name: 'name of u1' }, fire: null });
    expect(errors).toEqual(['fire FORBIDDEN Mutation.fire']);
    expect(asked).not.toContain('fire');
  });

  test('whose only field is denied asks nobody', async () => {
    const { data, asked } = await ask(access([]), 'mutation { fire { name } move { id } }');
    expect(data).toEqual({ fire: null, move: null });
    expect(asked).toBe('');
  });
});

describe('a subscription', () => {
  const subscribe = async (who: Access, query: string) => {
    filtering.fixture.seen.length = 0;
    const response = await fetch(`${filtering.router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...filtering.as(who) },
      body: JSON.stringify({ query }),
    });
    const results: Any[] = [];
    for await (const result of readResults(response)) results.push(result);
    return results;
  };

  test('gives events without what is denied, with the error in each', async () => {
    const [first, second] = await subscribe(access([]), 'subscription { hired { name salary } }');
    expect(first?.data).toEqual({ hired: { name: 'name of u1', salary: null } });
    expect(first?.errors).toMatchObject([{ path: ['hired', 'salary'], extensions: { code: 'FORBIDDEN' } }]);
    expect(second?.data).toEqual(first?.data);
    expect(filtering.fixture.seen.map(({ query }) => query).join()).not.toContain('salary');
    const [allowed] = await subscribe(ALL, 'subscription { hired { name salary } }');
    expect(allowed?.data).toEqual({ hired: { name: 'name of u1', salary: guardedValue('User.salary') } });
  });

  test('that is denied itself opens nothing', async () => {
    const results = await subscribe(access([]), 'subscription { fired { name } }');
    expect(results).toMatchObject([
      { data: { fired: null }, errors: [{ path: ['fired'], extensions: { code: 'FORBIDDEN' } }] },
    ]);
    expect(filtering.fixture.seen).toEqual([]);
  });
});

describe('a router that rejects', () => {
  test('refuses the whole operation when a part of it is denied, and says which', async () => {
    const { data, errors, asked } = await ask(access(['a']), '{ me { name salary mail } open }', rejecting);
    expect(data).toBeUndefined();
    expect(errors).toEqual(['FORBIDDEN User.salary']);
    expect(asked).toBe('');
  });

  test('runs what is allowed whole', async () => {
    expect((await ask(access([]), '{ me { name mail } }', rejecting)).errors).toEqual([]);
  });
});

test('for whoever asks whatever, no request to a subgraph names a field that is denied, and no answer holds its value', {
  timeout: 120_000,
}, async () => {
  const { schema, authorization } = buildSupergraph(filtering.fixture.supergraphSdl);
  const operations = generateOperations(schema, { count: 150, seed: 20_261_129, values: ARGUMENT_VALUES });
  const whoever = fc.record({
    scopes: fc.subarray(['a', 'b', 'c']),
    policies: fc.subarray(['p', 'q']),
    authenticated: fc.boolean(),
  });
  const isDenied = (type: string, field: string, who: Access) =>
    authorization.requirementsOf(type, field).some((requirement) => !isMet(requirement, who));
  let denials = 0;
  const check = async ({ query, variables }: (typeof operations)[number], who: Access) => {
    const { text, errors } = await ask(who, query, filtering, variables);
    const about = `${query}\nfor ${JSON.stringify([who.authenticated, [...who.scopes], [...who.policies]])}`;
    denials += errors.length;
    for (const [type, field] of selectedIn(filtering.fixture)) {
      // Keys are fetched to find entities by, and not shown.
      if (`${type}.${field}` === 'Desk.number') continue;
      expect(isDenied(type, field, who), `${type}.${field} was asked for\n${about}`).toBe(false);
    }
    for (const coordinate of [
      'User.salary',
      'User.tax',
      'User.mail',
      'User.badge',
      'Robot.volts',
      'Staff.room',
      'Staff.open',
      'Review.hidden',
    ]) {
      const [type = '', field = ''] = coordinate.split('.');
      if (isDenied(type, field, who)) expect(text, about).not.toContain(guardedValue(coordinate));
    }
    expect((await ask(ALL, query, filtering, variables)).errors, about).toEqual([]);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      whoever,
      async (operation, { authenticated, scopes, policies }) => {
        await check(operation, authenticated ? access(scopes, policies) : NO_ACCESS);
      },
    ),
    { numRuns: 300, seed: 20_261_129 },
  );
  // Worth nothing when nothing was denied.
  expect(denials).toBeGreaterThan(300);
});

/** What the requests selected, as type and field by the subgraph's own schema. */
function selectedIn({ seen, schemas }: GuardedFixture): [string, string][] {
  const selected: [string, string][] = [];
  for (const { subgraph, query } of seen) {
    const types = new TypeInfo(schemas.get(subgraph)!);
    visit(
      parse(query),
      visitWithTypeInfo(types, {
        Field({ name }) {
          selected.push([types.getParentType()?.name ?? '', name.value]);
        },
      }),
    );
  }
  return selected;
}
