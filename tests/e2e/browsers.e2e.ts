import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '../lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ env: { ALLOWED_ORIGINS: 'https://lab.example, http://localhost:5173' } });
});
afterAll(() => lab[Symbol.asyncDispose]());

async function letIn(origin: string): Promise<string | null> {
  const preflight = await fetch(lab.endpoint, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  const allowed = preflight.headers.get('access-control-allow-origin');
  if (allowed) expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  const answer = await fetch(lab.endpoint, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
  return allowed;
}

test('pages of the origins in ALLOWED_ORIGINS may call, and no others', async () => {
  expect(await letIn('https://lab.example')).toBe('https://lab.example');
  expect(await letIn('http://localhost:5173')).toBe('http://localhost:5173');
  expect(await letIn('https://evil.example')).toBeNull();
  expect(await letIn('http://lab.example')).toBeNull();
});

test('the page for rules is served with the modules that it loads', async () => {
  const page = await fetch(`${lab.url}/rules`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  for (const [, address] of html.matchAll(/src="([^"]+)"/g)) {
    const file = await fetch(lab.url + address);
    expect([address, file.status]).toEqual([address, 200]);
    expect(await file.text()).not.toBe('');
  }
});
