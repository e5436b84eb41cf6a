/**
 * GraphiQL in a real browser: `node router/tests/graphiql.browser.ts [path of chromium] [folder for screenshots]`.
 * Not part of the test run, which must pass on a machine without a browser.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { chromium, type Page } from 'playwright-core';
import { composeSupergraph } from '../compose.ts';
import { createFixture } from './fixture/federation.ts';
import { startFixtureRouter } from './fixture/router.ts';
import { SDL } from './fixture/sdl.ts';

const [executablePath = '/usr/bin/chromium', screenshots] = process.argv.slice(2);
const FLAGS =
  '--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const ACCOUNTS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7")
  type Query { whoAmI: String }
  type Mutation {
    signIn(email: String!, password: String!): SignInResult!
    refreshSession(refreshToken: String!): SignInResult!
    signOut: SignOutResult!
  }
  type SignOutResult { revoked: Boolean! }
  union SignInResult = Session | SignInRefused
  type Session { accessToken: String! refreshToken: String! expiresAt: String! user: User! }
  type User { name: String! email: String! roles: [String!]! organization: Organization! }
  type Organization { name: String! }
  type SignInRefused { reason: String! retryAfterSeconds: Int }
`);

function session(email: string, accessToken: string, livesMs: number) {
  return {
    __typename: 'Session',
    accessToken,
    refreshToken: 'refresh',
    expiresAt: new Date(Date.now() + livesMs).toISOString(),
    user: { name: 'Mona Manager', email, roles: ['LAB_MANAGER'], organization: { name: 'Demo Water Laboratory' } },
  };
}

function createAccounts() {
  const resolvers = {
    Query: {
      whoAmI: (_: unknown, _args: unknown, { request }: { request: Request }) =>
        request.headers.get('x-alims-identity'),
    },
    Mutation: {
      // Already due for renewal, so that the page must refresh it before its first use.
      signIn: (_: unknown, { email, password }: { email: string; password: string }) =>
        password === 'alims-demo'
          ? session(email, 'first', 1_000)
          : { __typename: 'SignInRefused', reason: 'WRONG_PASSWORD', retryAfterSeconds: 3 },
      refreshSession: () => session('', 'renewed', 600_000),
      signOut: () => ({ revoked: true }),
    },
  };
  const schema = buildSubgraphSchema([{ typeDefs: ACCOUNTS, resolvers: resolvers as never }]) as GraphQLSchema;
  return createYoga({ schema, logging: false, graphiql: false });
}

async function start() {
  const accounts = createAccounts();
  const fixture = createFixture();
  const services = Object.entries(SDL).map(([name, sdl]) => ({ name, url: '', typeDefs: parse(sdl) }));
  const { supergraphSdl } = composeSupergraph([...services, { name: 'accounts', url: '', typeDefs: ACCOUNTS }]);
  const running = await startFixtureRouter({
    supergraphSdl,
    subgraphs: new Map(fixture.subgraphs).set('accounts', async (request) => accounts.fetch(request)),
    graphiql: {
      demo: true,
      tabs: [
        { name: 'Who am I', query: 'query WhoAmI {\n  whoAmI\n}' },
        {
          name: 'Live',
          query: 'subscription Live {\n  reviewAdded(count: 1) {\n    ... on Review { id author { email } }\n  }\n}',
        },
      ],
    },
  });
  for (const token of ['first', 'renewed']) running.tokens.set(token, null);
  return running;
}

/** Runs what the editor shows. A click before GraphiQL has put itself together does nothing, so it is made again. */
async function answer(page: Page, wanted: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await page.waitForFunction(() => document.querySelector('.graphiql-query-editor .view-lines')?.textContent?.trim());
    await page.click('.graphiql-execute-button');
    try {
      await page.waitForFunction(
        (text) => document.querySelector('.graphiql-response')?.textContent?.includes(text),
        wanted,
        { timeout: 30_000 },
      );
      return;
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

async function tabs(page: Page): Promise<string[]> {
  await page.waitForSelector('.graphiql-tab-button');
  return page.$$eval('.graphiql-tab-button', (buttons) => buttons.map((button) => button.textContent ?? ''));
}

async function shoot(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

await using running = await start();
const browser = await chromium.launch({ executablePath, args: FLAGS.split(' ') });
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
  const foreign: string[] = [];
  const failures: string[] = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(running.router.url))
      foreign.push(request.url());
  });
  page.on('pageerror', (error) => failures.push(error.message));

  await page.goto(running.endpoint);
  assert.deepEqual(await tabs(page), ['WhoAmI', 'Live']);
  await answer(page, 'null');
  await shoot(page, 'signed-out');

  await page.click('#sign-in-bar button[type=submit]');
  await page.waitForSelector('#sign-in-bar .who');
  assert.match((await page.textContent('#sign-in-bar .who')) ?? '', /Mona Manager.*lab manager.*Demo Water/);
  assert.deepEqual(await tabs(page), ['WhoAmI', 'Live']);
  await answer(page, 'signed-renewed');
  await shoot(page, 'signed-in');

  await page.locator('.graphiql-tab-button', { hasText: 'Live' }).click();
  await answer(page, 'ada@x.test');
  await shoot(page, 'live');

  await page.click('#show-query-plan');
  await page.waitForSelector('#query-plan pre:has-text("Subscription")');
  assert.match((await page.textContent('#query-plan pre')) ?? '', /service: "reviews"[\s\S]*service: "people"/);
  await shoot(page, 'query-plan');
  await page.locator('.graphiql-tab-button', { hasText: 'WhoAmI' }).click();
  await page.waitForSelector('#query-plan pre:has-text("accounts")');
  await page.click('#query-plan button:has-text("Data")');
  await page.waitForSelector('#query-plan pre:has-text(\'"serviceName": "accounts"\')');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#query-plan', { state: 'hidden' });

  await page.click('#sign-in-bar button:has-text("Sign out")');
  await page.waitForSelector('#sign-in-bar form');
  await page.fill('#sign-in-bar input[type=password]', 'wrong');
  await page.click('#sign-in-bar button[type=submit]');
  await page.waitForSelector('#sign-in-bar .message:has-text("wrong password")');
  await shoot(page, 'refused');

  // Somebody who signed in on another page of ours is signed in here, with the headers filled.
  const elsewhere = await browser.newPage();
  await elsewhere.addInitScript((kept) => localStorage.setItem('alims:session', JSON.stringify(kept)), {
    ...session('manager@demo.test', 'first', 600_000),
    shownToken: 'first',
  });
  await elsewhere.goto(running.endpoint);
  await answer(elsewhere, 'signed-first');

  await using plain = await startFixtureRouter({ graphiql: { title: 'GraphQL', tabs: [], signIn: false } });
  const other = await browser.newPage();
  await other.goto(plain.endpoint);
  await other.waitForSelector('#show-query-plan');
  assert.equal(await other.$('#sign-in-bar form'), null, 'who cannot sign in is not asked to');

  assert.deepEqual(foreign, [], 'nothing is loaded from elsewhere');
  assert.deepEqual(failures, [], 'no script fails');
  console.log('GraphiQL: examples, sign-in, renewal, live events, query plans and sign-out work in the browser.');
} catch (error) {
  for (const page of browser.contexts().flatMap((context) => context.pages())) await shoot(page, 'failure');
  throw error;
} finally {
  await browser.close();
}
