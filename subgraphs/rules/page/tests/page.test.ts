import { readFileSync } from 'node:fs';
import { type EnumTypeDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';

import { createRulesPage } from '../index.ts';

// By its address, as the browser does: it has no types.
const { stoppedText } = await import(new URL('../browser/words.js', import.meta.url).href);
const page = await createRulesPage({ demo: true });

function get(path: string, init?: RequestInit) {
  return page.fetch(new Request(`http://localhost${path}`, init));
}

const html = await (await get('/rules')).text();
const { imports } = JSON.parse(/<script type="importmap"[^>]*>(.*?)<\/script>/.exec(html)?.[1] ?? '') as {
  imports: Record<string, string>;
};

/** Every module that the page loads, from its main one, by address. */
async function modules(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const wanted = [/<script type="module" src="([^"]+)"/.exec(html)?.[1] ?? ''];
  for (let address = wanted.pop(); address; address = wanted.pop()) {
    if (texts.has(address)) continue;
    const response = await get(address);
    expect([address, response.status]).toEqual([address, 200]);
    const text = await response.text();
    texts.set(address, text);
    for (const [, name = ''] of text.matchAll(/^(?:import|export)?[^'"`;\n]*\bfrom\s*['"]([^'"]+)['"]/gm)) {
      const found = name.startsWith('.') ? new URL(name, `http://localhost${address}`).pathname : imports[name];
      expect([address, name, typeof found]).toEqual([address, name, 'string']);
      if (found) wanted.push(found);
    }
  }
  return texts;
}

test('every module that a module asks for is served', async () => {
  const loaded = await modules();
  for (const address of Object.values(imports)) expect([...loaded.keys()]).toContain(address);
});

test('only scripts of its own run, and only with the nonce of this answer those in the page', async () => {
  const [first, second] = [await get('/rules'), await get('/rules')];
  const policies = [first, second].map((response) => response.headers.get('content-security-policy') ?? '');
  expect(policies[0]).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}';/);
  expect(policies.join()).not.toMatch(/unsafe-eval|unsafe-inline|https?:/);
  expect(policies[0]).not.toBe(policies[1]);
  const nonce = /nonce-([\w-]+)/.exec(policies[0] ?? '')?.[1];
  expect(await first.text()).toContain(`<script type="importmap" nonce="${nonce}">`);
  expect(first.headers.get('cache-control')).toBe('no-store');
});

test('a file that the browser has is not sent again, and keeps its address until it changes', async () => {
  const address = imports['@codemirror/state'] ?? '';
  const first = await get(address, { headers: { 'accept-encoding': 'gzip' } });
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'gzip',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  const again = await get(address, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
});

test.each([
  '/rules/',
  '/rules/main.js',
  '/rules/0/main.js',
  '/rules/VERSION/',
  '/rules/VERSION/body.html',
  '/rules/VERSION/..%2f..%2f..%2f..%2fpackage.json',
  '/rules/VERSION/modules/graphql.js',
  '/rules/VERSION/__proto__',
])('what is not on the list is not served: %s', async (path) => {
  const version = (imports.crelt ?? '').split('/')[2] ?? '';
  expect((await get(path.replace('VERSION', version))).status).toBe(404);
});

test('a page is read, and nothing is sent to it', async () => {
  expect((await get('/rules', { method: 'POST', body: 'x' })).status).toBe(405);
});

test('every reason for which a question stops is told in words', () => {
  const { definitions } = parse(readFileSync('schema/rules.graphql', 'utf8'));
  const reasons = definitions.find(
    (node): node is EnumTypeDefinitionNode =>
      node.kind === 'EnumTypeDefinition' && node.name.value === 'RuleStopReason',
  );
  const names = reasons?.values?.map(({ name }) => name.value) ?? [];
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => stoppedText(name) === `Stopped: ${name}.`)).toEqual([]);
});
