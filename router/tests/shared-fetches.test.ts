import { afterEach, expect, test } from 'vitest';
import { createHeldSubgraph } from '../upstream/testing/held-subgraph.ts';
import { type RunningFixture, startFixtureRouter } from './fixture/router.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

/** The fixture with subgraphs that answer when the test says so. */
async function start() {
  const { fixture, ...first } = await startFixtureRouter();
  await first[Symbol.asyncDispose]();
  const people = createHeldSubgraph();
  const catalog = createHeldSubgraph();
  const subgraphs = new Map(fixture.subgraphs).set('people', people.fetch).set('catalog', catalog.fetch);
  const running = await startFixtureRouter({ subgraphs });
  disposables.push(running);
  running.tokens.set('better', null);
  return { running, people, catalog };
}

async function ask(running: RunningFixture, query: string, token: string | null = 'good') {
  const response = await running.post({ query }, token === null ? {} : { authorization: `Bearer ${token}` });
  return (await response.json()) as { data: Record<string, unknown> };
}

const ME = '{ me { email } }';
const ANSWER = { data: { me: { email: 'ada@x.test' } } };

test('clients of one identity who ask the same at the same time cost one fetch, those of others their own', async () => {
  const { running, people, catalog } = await start();
  const first = ask(running, ME);
  await people.arrived(1);
  // Both subgraphs are asked in one step: with the catalog asked, the second client has joined the first.
  const second = ask(running, '{ me { email } brands { id } }');
  await catalog.arrived(1);
  const others = [ask(running, ME, 'better'), ask(running, ME, null)];
  await people.arrived(3);
  people.release(ANSWER);
  catalog.release({ data: { brands: [] } });
  expect(await Promise.all([first, ...others])).toEqual([ANSWER, ANSWER, ANSWER]);
  expect(await second).toEqual({ data: { ...ANSWER.data, brands: [] } });
  const identities = people.requests.map(({ headers }) => headers.get('x-alims-identity'));
  expect(identities.sort()).toEqual([null, 'signed-better', 'signed-good']);
});

test('what completes a mutation is shared with no question, older or newer, equal to the letter as they may be', async () => {
  const { running, people } = await start();
  const question = '{ review(id: "r1") { author { email } } }';
  const older = ask(running, question);
  await people.arrived(1);
  const mutation = ask(running, 'mutation { addReview(itemId: "b1") { author { email } } }');
  await people.arrived(2);
  const newer = ask(running, question);
  await people.arrived(3);
  expect(new Set(people.requests.map(({ body }) => body)).size).toBe(1);
  people.release({ data: { _entities: [{ __typename: 'Person', email: 'ada@x.test' }] } });
  const author = { email: 'ada@x.test' };
  expect((await mutation).data).toEqual({ addReview: { author } });
  for (const { data } of [await older, await newer]) expect(data).toEqual({ review: { author } });
});
