import { expect, test } from 'vitest';
import { ConfigurationError, deriveKey, envExample, type LoadOptions, loadSettings, SUBGRAPH_NAMES } from './index.ts';

function problemsOf(env: NodeJS.ProcessEnv, options?: LoadOptions): readonly string[] {
  try {
    loadSettings(env, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

test('an empty environment is complete: everything runs embedded', () => {
  const { config, secrets } = loadSettings({});
  expect(config.embedded).toBe(true);
  expect(config.port).toBeNull();
  expect(secrets).toMatchObject({ redisUrl: null, secretKey: null });
});

test('every problem is named at once, with the variable, what was expected and what came', () => {
  const problems = problemsOf({
    PORT: 'four',
    LOG_LEVEL: 'loud',
    REDIS_URL: 'http://x',
    S3_ENDPOINT: 'http://localhost:9000',
  });
  expect(problems.map((p) => p.split(':')[0])).toEqual([
    'PORT',
    'LOG_LEVEL',
    'REDIS_URL',
    'S3_BUCKET',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
  ]);
  expect(problems[0]).toContain('"four"');
});

test('what is no number, or one out of its range, is told which range it has', () => {
  expect(
    problemsOf({ PORT: '65536', MAX_BODY_BYTES: '0', UPLOAD_HOURS: '0', SESSION_HOURS: ' ', SUPERGRAPH: '' }),
  ).toEqual([
    'PORT: expected a whole number from 0 to 65535; it is "65536"',
    'UPLOAD_HOURS: expected a number above 0 and up to 720; it is "0"',
    'SESSION_HOURS: expected a number above 0 and up to 720; it is " "',
    'MAX_BODY_BYTES: expected a whole number of 1 or more; it is "0"',
  ]);
});

test('a problem with a secret does not print the secret', () => {
  expect(problemsOf({ SECRET_KEY: 'too-short' }).join()).not.toContain('too-short');
});

test('an external database demands a key of one’s own', () => {
  expect(problemsOf({ DATABASE_URL: 'postgresql://u:p@localhost/x' })[0]).toMatch(/^SECRET_KEY: required/);
});

test('also when each subgraph has its own', () => {
  expect(problemsOf({ SAMPLES_DATABASE_URL: 'postgresql://u:p@localhost/x' })).toEqual([
    expect.stringMatching(/^SECRET_KEY: required because SAMPLES_DATABASE_URL is set/),
  ]);
});

test('one process for all needs a database for each; what is wrong besides is named with it', () => {
  const some = { SAMPLES_DATABASE_URL: 'postgresql://a@h/x', RULES_DATABASE_URL: 'postgresql://a@h/y', PORT: 'four' };
  expect(problemsOf(some, { whole: true })).toEqual([
    expect.stringMatching(/^PORT/),
    expect.stringMatching(/^SECRET_KEY/),
    expect.stringMatching(/^DATABASE_URL: required .*accounts, workflows, memory, files.*ACCOUNTS_DATABASE_URL/),
  ]);
  const all = Object.fromEntries(
    SUBGRAPH_NAMES.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, 'postgresql://a@h/x']),
  );
  expect(problemsOf({ ...all, SECRET_KEY: 'x'.repeat(32) }, { whole: true })).toEqual([]);
  expect(problemsOf(all, { whole: true })).toEqual([expect.stringMatching(/^SECRET_KEY: required/)]);
});

test('one database serves every subgraph unless a subgraph names its own', () => {
  const { secrets } = loadSettings({
    DATABASE_URL: 'postgresql://a@h/one',
    SAMPLES_DATABASE_URL: 'postgresql://a@h/two',
    SECRET_KEY: 'x'.repeat(32),
  });
  expect(secrets.databaseUrls).toMatchObject({ accounts: 'postgresql://a@h/one', samples: 'postgresql://a@h/two' });
});

test('keys of different purposes differ, so that one cannot be used as the other', () => {
  expect(deriveKey('secret', 'identity')).not.toBe(deriveKey('secret', 'downloads'));
});

test('.env.example tells the meaning and default of every variable', () => {
  expect(envExample()).toContain('# Largest file in bytes');
  expect(envExample()).toContain('# PORT=4000');
});

test('the schema is told where programs on this machine alone reach the router, or where it is said', () => {
  const told = (env: NodeJS.ProcessEnv) => loadSettings(env).config.router.introspection;
  const reached = { HOST: '0.0.0.0', ALIMS_DEMO: 'off' };
  expect(told({})).toBe(true);
  expect(told(reached)).toBe(false);
  expect(told({ ...reached, ROUTER_INTROSPECTION: 'on' })).toBe(true);
  expect(told({ ROUTER_INTROSPECTION: 'off' })).toBe(false);
});

test('origins are listed as browsers write them; * stands alone', () => {
  const origins = (text: string) => loadSettings({ ALLOWED_ORIGINS: text }).config.router.allowedOrigins;
  expect(loadSettings({}).config.router.allowedOrigins).toEqual([]);
  expect(origins('https://lab.example, http://localhost:5173')).toEqual([
    'https://lab.example',
    'http://localhost:5173',
  ]);
  expect(origins('*')).toEqual(['*']);
  for (const wrong of [
    'https://lab.example/',
    'lab.example',
    'https://lab.example/app',
    '*,https://lab.example',
    'null',
  ])
    expect(problemsOf({ ALLOWED_ORIGINS: wrong })).toEqual([
      expect.stringMatching(/^ALLOWED_ORIGINS: expected origins such as/),
    ]);
});

test('callers are known in one way: a key set goes with a foreign supergraph, and not with --auth off', () => {
  const jwks = { ROUTER_JWKS: 'https://idp.example/jwks.json' };
  expect(problemsOf(jwks)).toEqual([expect.stringMatching(/^ROUTER_JWKS: cannot be set without SUPERGRAPH/)]);
  expect(problemsOf({ ...jwks, SUPERGRAPH: 'x', ROUTER_AUTH: 'off' })).toEqual([
    expect.stringMatching(/^ROUTER_JWKS: cannot be set together with ROUTER_AUTH=off/),
  ]);
  expect(problemsOf({ ROUTER_FORWARD_CLAIMS: 'sub>x-user' })).toEqual([
    expect.stringMatching(/^ROUTER_FORWARD_CLAIMS: needs ROUTER_JWKS/),
  ]);
});

test('no client may send the header that carries a claim', () => {
  const env = { SUPERGRAPH: 'x', ROUTER_JWKS: 'keys.json', ROUTER_FORWARD_CLAIMS: 'sub>x-user' };
  expect(problemsOf({ ...env, ROUTER_FORWARD_HEADERS: 'x-*' })).toEqual([]);
  for (const rule of ['x-user', 'x-other>X-User']) {
    expect(problemsOf({ ...env, ROUTER_FORWARD_HEADERS: rule })).toEqual([
      expect.stringMatching(/^ROUTER_FORWARD_HEADERS: x-user carries a claim/),
    ]);
  }
});

test('a rule that is none is named with its variable, and the value of a header never', () => {
  const problems = problemsOf({
    ROUTER_FORWARD_HEADERS: 'x y',
    ROUTER_SET_HEADERS: 'x y=s3cret',
    ROUTER_JWKS: 'https://idp.example;isuer=x',
    ROUTER_RATE_LIMITS: 'requests=0/1m',
    ROUTER_TRUSTED_PROXIES: '10.0.0.0/64',
  });
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'ROUTER_JWKS',
    'ROUTER_FORWARD_HEADERS',
    'ROUTER_SET_HEADERS',
    'ROUTER_RATE_LIMITS',
    'ROUTER_TRUSTED_PROXIES',
  ]);
  expect(problems.join()).not.toContain('s3cret');
});
