import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningFixture, startFixtureRouter } from '../tests/fixture/router.ts';

let running: RunningFixture;

beforeAll(async () => {
  const tabs = [{ name: 'First', query: '{ me { name } }', variables: { a: 1 } }];
  running = await startFixtureRouter({ graphiql: { tabs, demo: true } });
});

afterAll(() => running[Symbol.asyncDispose]());

function get(headers: Record<string, string>) {
  return fetch(running.endpoint, { headers: { accept: 'text/html,*/*', ...headers } });
}

test('a browser gets GraphiQL with the examples and the sign-in, whole in one page', async () => {
  const html = await (await get({})).text();
  expect(html).toContain('id="sign-in-bar"');
  expect(html).toContain('# First\\n{ me { name } }');
  expect(html.match(/<(script|link|img|iframe)[^>]+(src|href)="(https?:|\/)[^"]*"/g)).toBeNull();
});

test('nothing from elsewhere can be loaded by it', async () => {
  const response = await get({});
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:/);
  await response.text();
});

test('a page that the browser has is not sent again', async () => {
  const first = await get({});
  await first.text();
  const again = await get({ 'if-none-match': first.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

test('a query asked with GET by a program is answered as data', async () => {
  const response = await fetch(`${running.endpoint}?query={me{name}}`, { headers: { accept: 'application/json' } });
  expect(await response.json()).toEqual({ data: { me: { name: 'Ada' } } });
});

test('the root leads to it', async () => {
  const response = await fetch(`${running.router.url}/`, { redirect: 'manual' });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('/graphql');
});
