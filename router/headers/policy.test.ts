import { describe, expect, test } from 'vitest';
import { parseHeaderConstants, parseHeaderRules } from '#platform/config/header-rules.ts';
import { NO_HEADERS } from '../identify.ts';
import { withConnectionParams } from './connection-params.ts';
import { createHeaderPolicy } from './policy.ts';

function policy(rules: string, constants = '', claims: readonly string[] = []) {
  return createHeaderPolicy({ rules: parseHeaderRules(rules), constants: parseHeaderConstants(constants), claims });
}

/** What a subgraph is sent of what a client sends. */
function sent(rules: string, headers: Record<string, string>, subgraph = 'products', constants = '') {
  const created = policy(rules, constants);
  const picked = created.pick(headers);
  return (created.forSubgraph(subgraph) ?? ((same) => same))(picked);
}

describe('rules', () => {
  test('a header goes on by its name alone, and no other does', () => {
    const headers = { 'x-tenant': 'a', authorization: 'Bearer t', 'x-other': 'b' };
    expect(sent('X-Tenant', headers)).toEqual({ 'x-tenant': 'a' });
    expect(sent('x-tenant, authorization', headers)).toEqual({ 'x-tenant': 'a', authorization: 'Bearer t' });
    expect(policy('x-tenant').pick({ 'x-other': 'b' })).toBe(NO_HEADERS);
  });

  test('a pattern passes on neither what belongs to a connection nor what says who the client is', () => {
    const headers = {
      'x-a': '1',
      'b-c': '2',
      connection: 'keep-alive, X-A',
      'transfer-encoding': 'chunked',
      'content-length': '5',
      host: 'h',
      authorization: 'Bearer t',
      cookie: 'session=1',
      'x-alims-identity': 'forged',
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'sec-fetch-site': 'same-origin',
      'proxy-authorization': 'Basic x',
    };
    expect(sent('*', headers)).toEqual({ 'b-c': '2' });
    expect(sent('x-*', headers)).toEqual({});
    expect(sent('*', { ...headers, connection: 'close' })).toEqual({ 'b-c': '2', 'x-a': '1' });
  });

  test('a header may reach one subgraph alone, under another name', () => {
    const headers = { 'x-user': 'ada', 'x-region': 'eu' };
    const rules = 'x-user>x-customer, reviews/x-region';
    expect(sent(rules, headers, 'products')).toEqual({ 'x-customer': 'ada' });
    expect(sent(rules, headers, 'reviews')).toEqual({ 'x-customer': 'ada', 'x-region': 'eu' });
  });

  test('a constant is sent whatever the client says, to its subgraph alone', () => {
    const constants = 'x-gateway=lab; products/x-api-key=s3=cret';
    expect(sent('x-api-key', { 'x-api-key': 'mine' }, 'products', constants)).toEqual({
      'x-gateway': 'lab',
      'x-api-key': 's3=cret',
    });
    expect(sent('', {}, 'reviews', constants)).toEqual({ 'x-gateway': 'lab' });
  });

  test('no client sends the header that carries a claim', () => {
    const created = policy('x-*, x-user-id, x-alias>x-user-id, reviews/x-region', '', ['x-user-id']);
    const picked = created.pick({ 'x-user-id': 'forged', 'x-alias': 'forged', 'x-a': '1' });
    expect(picked).toEqual({ 'x-a': '1', 'x-alias': 'forged' });
    expect(created.forSubgraph('products')?.(picked)).toEqual({ 'x-a': '1', 'x-alias': 'forged' });
    expect(created.forSubgraph('products')?.({ ...picked, 'x-user-id': 'true' })).toMatchObject({
      'x-user-id': 'true',
    });
  });

  test('cookies go on for programs and our own pages, not for a page of another origin', () => {
    const cookies = (origin?: string) =>
      policy('cookie').pick({ cookie: 's=1', host: 'lab.test:4000', ...(origin !== undefined && { origin }) });
    expect(cookies()).toEqual({ cookie: 's=1' });
    expect(cookies('https://lab.test:4000')).toEqual({ cookie: 's=1' });
    for (const site of ['cross-site', 'same-site']) {
      expect(policy('cookie').pick({ cookie: 's=1', host: 'lab.test:4000', 'sec-fetch-site': site })).toEqual({});
    }
    for (const foreign of ['https://evil.test', 'null', 'https://lab.test:4001']) expect(cookies(foreign)).toEqual({});
  });

  test('callers who send the same in another order have the same', () => {
    const { pick } = policy('x-*');
    expect(JSON.stringify(pick({ 'x-a': '1', 'x-b': '2' }))).toBe(JSON.stringify(pick({ 'x-b': '2', 'x-a': '1' })));
  });
});

describe('what is no rule says what was expected', () => {
  test.each(['x tenant', 'x-a>', 'x-*>x-b', '>x-a', 'x-a>x-b>x-c', 'products/'])('%s', (rule) => {
    expect(() => parseHeaderRules(rule)).toThrow(/expected (rules such as|the name of a header)/);
  });

  test.each([
    'connection',
    'x-a>content-length',
    'Transfer-Encoding',
    'x-alims-identity',
    'x-a>x-alims-identity',
    'products/host',
  ])('%s cannot be passed on', (rule) => {
    expect(() => parseHeaderRules(rule)).toThrow(/belongs to one connection or is the router's own/);
  });

  test('a constant without a value, or with one that is no header', () => {
    for (const wrong of ['x-a', 'x-a=\u0000', 'x a=b']) expect(() => parseHeaderConstants(wrong)).toThrow(/expected/);
    expect(() => parseHeaderConstants('x a=secret')).not.toThrow(/secret/);
  });
});

describe('connection parameters of a WebSocket', () => {
  const handshake = { host: 'lab.test', origin: 'https://evil.test', cookie: 's=1', 'x-a': 'handshake' };

  test('their headers lie over those of the handshake; authorization may stand beside them', () => {
    const params = { Authorization: 'Bearer t', headers: { 'X-A': 'params', 'x-b': '2' } };
    expect(withConnectionParams(handshake, params)).toMatchObject({
      authorization: 'Bearer t',
      'x-a': 'params',
      'x-b': '2',
    });
    expect(withConnectionParams(handshake, { headers: { authorization: 'Bearer u' } }).authorization).toBe('Bearer u');
    expect(withConnectionParams(handshake, undefined)).toBe(handshake);
  });

  test('a page cannot speak for its browser, and so not use cookies that are not its own', () => {
    const headers = withConnectionParams(handshake, { headers: { origin: 'https://lab.test', host: 'evil.test' } });
    expect(policy('cookie').pick(headers)).toEqual({});
  });

  test('what is no header is refused by its name', () => {
    for (const value of [5, {}, 'a\r\nx-b: 1']) {
      expect(() => withConnectionParams({}, { headers: { 'x-a': value } })).toThrow(/"x-a" must be a text/);
    }
  });
});
