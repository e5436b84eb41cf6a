import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Command, type Foreign, serveCommand, startForeign } from '../foreign.ts';

let foreign: Foreign;
let folder: string;
let supergraph: string;
const commands: Command[] = [];

beforeAll(async () => {
  foreign = await startForeign();
  folder = await mkdtemp(join(tmpdir(), 'router-alone-'));
  supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, foreign.supergraphSdl);
});

afterAll(async () => {
  for (const command of commands) await command[Symbol.asyncDispose]();
  await foreign?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function serving(args: readonly string[], options: Parameters<typeof serveCommand>[1] = {}): Promise<string> {
  const command = serveCommand(['router', '--port', '0', ...args], options);
  commands.push(command);
  const [, url = ''] = await command.says(/router answers at (\S+)\/graphql/);
  return url;
}

async function ask(url: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const WHOLE = '{ products { name reviews { text } } reviewCount }';
const ANSWER = {
  data: {
    products: [
      { name: 'Pipette', reviews: [{ text: 'p1 does what it says' }] },
      { name: 'Flask', reviews: [{ text: 'p2 does what it says' }] },
    ],
    reviewCount: 3,
  },
};

describe('a foreign supergraph', () => {
  test('is served with no database, Redis or secret: a query runs across its subgraphs, health is 200', async () => {
    const url = await serving(['--supergraph', supergraph, '--auth', 'off']);
    expect(await ask(url, WHOLE)).toEqual(ANSWER);
    for (const path of ['/health', '/health/live', '/health/ready']) expect((await fetch(url + path)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('alims_router_subgraph_fetch_seconds');
    expect((await fetch(`${url}/rules`)).status).toBe(404); // it has no rules to ask
  });

  test('is read from the directory that the caller stands in, also through npm', async () => {
    const inside = join(folder, 'elsewhere');
    await mkdir(inside, { recursive: true });
    const args = ['--supergraph', '../supergraph.graphql', '--auth=off'];
    expect(await ask(await serving(args, { cwd: inside }), WHOLE)).toEqual(ANSWER);
    const npm = { npm_lifecycle_event: 'serve', INIT_CWD: inside };
    expect(await ask(await serving(args, { env: npm }), WHOLE)).toEqual(ANSWER);
  });

  test('is read from a URL, and says what that answered when it is none', async () => {
    const server = createHttpServer((request, response) => {
      if (request.url === '/sdl') response.end(foreign.supergraphSdl);
      else response.writeHead(503).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const args = ['--supergraph', `http://127.0.0.1:${port}/sdl`, '--auth', 'off'];
    const url = await serving(args);
    expect(await ask(url, WHOLE)).toEqual(ANSWER);
    const refused = serveCommand([
      'router',
      '--supergraph',
      `http://127.0.0.1:${port}/gone`,
      '--auth',
      'off',
      '--port',
      '0',
    ]);
    expect(await refused.ended).toBe(1);
    expect(refused.output).toContain('it answered 503');
    server.close();
  });

  test('is reached where a flag or variable says, before the URLs that it holds itself', async () => {
    await using moved = await startForeign({
      products: 'http://nowhere.invalid/graphql',
      reviews: 'http://nowhere.invalid/graphql',
    });
    const file = join(folder, 'moved.graphql');
    await writeFile(file, moved.supergraphSdl);
    const flags = ['--supergraph', file, '--auth', 'off', '--subgraph', `products=${moved.urls.products}`];
    const url = await serving(flags, {
      env: { REVIEWS_URL: moved.urls.reviews, PRODUCTS_URL: 'http://unused.invalid' },
    });
    expect(await ask(url, WHOLE)).toEqual(ANSWER);
    expect(new Set(moved.seen.map(({ subgraph }) => subgraph))).toEqual(new Set(['products', 'reviews']));
  });

  test('that changes in its file while it is served is served, with URLs by flag kept; a broken one is logged', async () => {
    await using moved = await startForeign({ products: 'http://nowhere.invalid/graphql' });
    const file = join(folder, 'changing.graphql');
    await writeFile(file, moved.supergraphSdl.replace('reviewCount: Int!', 'reviews: Int!'));
    const command = serveCommand(
      ['router', '--port', '0', '--supergraph', file, '--auth', 'off', '--subgraph', `products=${moved.urls.products}`],
      {},
    );
    commands.push(command);
    const [, url = ''] = await command.says(/router answers at (\S+)\/graphql/);
    expect(await ask(url, WHOLE)).toMatchObject({ errors: [{ message: expect.stringContaining('reviewCount') }] });
    await writeFile(file, 'type Query { broken');
    const [broken = ''] = await command.says(/^{.*not valid and was ignored.*}$/m);
    expect(JSON.parse(broken)).toMatchObject({ level: 50, problems: [expect.stringMatching(/^line 1, column 20: /)] });
    await writeFile(file, moved.supergraphSdl);
    await expect.poll(() => ask(url, WHOLE)).toEqual(ANSWER);
    const health = (await (await fetch(`${url}/health`)).json()) as { about: { supergraph: unknown } };
    expect(health.about.supergraph).toMatchObject({
      source: 'file changing.graphql',
      lastChange: { outcome: 'applied' },
    });
  });

  test('at a URL is asked for again as often as a flag says', async () => {
    let sdl = foreign.supergraphSdl;
    const server = createHttpServer((_, response) => response.end(sdl));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const url = await serving([
      '--supergraph',
      `http://127.0.0.1:${port}/sdl`,
      '--supergraph-poll',
      '0.1',
      '--auth',
      'off',
    ]);
    expect(await ask(url, WHOLE)).toEqual(ANSWER);
    sdl = sdl.replace('reviewCount', 'counted');
    await expect.poll(() => ask(url, WHOLE)).toMatchObject({ errors: [{ extensions: { code: 'BAD_INPUT' } }] });
    server.closeAllConnections();
    server.close();
  });

  test('is traced to a collector that a variable names, the last spans when it stops', async () => {
    const told: string[] = [];
    const collector = createHttpServer((request, response) => {
      void text(request).then((body) => {
        told.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as { port: number };
    const command = serveCommand(['router', '--port', '0', '--supergraph', supergraph, '--auth', 'off'], {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'lab router' },
    });
    commands.push(command);
    const [, url = ''] = await command.says(/router answers at (\S+)\/graphql/);
    expect(await ask(url, WHOLE.replace('{', 'query Whole {'))).toEqual(ANSWER);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    for (const part of ['query Whole', 'fetch products', 'fetch reviews', 'lab router']) {
      expect(told.join()).toContain(part);
    }
    collector.closeAllConnections();
    collector.close();
  });

  test('ends cleanly on SIGTERM', async () => {
    const command = serveCommand(['router', '--supergraph', supergraph, '--auth', 'off', '--port', '0']);
    await command.says(/answers at/);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });
});

describe('what is wrong is said before anything starts', () => {
  async function problemsOf(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
    const command = serveCommand(args, { env });
    expect(await command.ended).toBe(1);
    return command.output.split('\n').flatMap((line) => /^ {2}- (.*)/.exec(line)?.[1] ?? []);
  }

  test('every flag, variable, port and URL at once, each with what was expected', async () => {
    const holder = createServer();
    holder.listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const problems = await problemsOf(
      [
        'router',
        '--porf',
        '4',
        `--port=${port}`,
        '--auth',
        'maybe',
        '--subgraph',
        'products',
        '--subgraph',
        'prodcts=http://x.test',
        '--supergraph',
        supergraph,
        '--log-level',
      ],
      { MAX_BODY_BYTES: 'many', REVIEWS_URL: 'localhost' },
    );
    holder.close();
    expect(problems).toEqual([
      expect.stringMatching(/^--porf: no such flag/),
      expect.stringMatching(/^--log-level: expected a value, as in --log-level <level>/),
      expect.stringMatching(/^--auth: .*"maybe"/),
      expect.stringMatching(/^MAX_BODY_BYTES: .*"many"/),
      expect.stringMatching(new RegExp(`^--port: ${port} on 127.0.0.1 is in use`)),
      expect.stringMatching(/^REVIEWS_URL: expected an http\(s\) URL, got "localhost"/),
      expect.stringMatching(/^--subgraph: expected name=URL.*got "products"/),
      expect.stringMatching(/^--subgraph: the supergraph has no subgraph "prodcts"; it has products, reviews/),
      expect.stringMatching(/^--auth: say how callers are identified: --jwks/),
    ]);
  });

  test('a supergraph that is absent, is no GraphQL, or breaks a rule: which line, which rule', async () => {
    const args = ['router', '--auth', 'off', '--port', '0', '--supergraph'];
    expect(await problemsOf([...args, join(folder, 'none.graphql')])).toEqual([
      expect.stringMatching(/^--supergraph: .*none\.graphql cannot be read \(ENOENT/),
    ]);
    const broken = join(folder, 'broken.graphql');
    await writeFile(broken, 'type Query {\n  a: \n}');
    expect(await problemsOf([...args, broken])).toEqual([
      expect.stringMatching(/^--supergraph: .*line 3, column 1: Syntax Error/),
    ]);
    const wrong = join(folder, 'wrong.graphql');
    await writeFile(wrong, foreign.supergraphSdl.replace('reviewCount: Int!', 'reviewCount: Nowhere!'));
    expect(await problemsOf([...args, wrong])).toEqual([
      expect.stringMatching(/^--supergraph: .*wrong\.graphql: .*Nowhere/),
    ]);
    expect((await problemsOf([...args, wrong, '--porf', '1'])).length).toBe(2);
  });

  test('a subgraph without a URL names the flag that gives it one', async () => {
    const file = join(folder, 'nowhere.graphql');
    await writeFile(file, foreign.supergraphSdl.replace(foreign.urls.reviews, ''));
    expect(await problemsOf(['router', '--supergraph', file, '--auth', 'off', '--port', '0'])).toEqual([
      expect.stringMatching(/^--supergraph: .*no URL of reviews.*--subgraph reviews=/),
    ]);
  });

  test('no part, two parts, or the flag of another part', async () => {
    expect(await problemsOf([])).toEqual([
      expect.stringMatching(/^expected one part to serve \(router, accounts.*got none/),
    ]);
    expect(await problemsOf(['router', 'samples'])).toEqual([expect.stringMatching(/got "router samples"/)]);
    expect(await problemsOf(['samples', '--auth', 'off'])).toEqual([
      expect.stringMatching(/^--auth: a flag of the router, not of samples/),
      expect.stringMatching(/^DATABASE_URL/),
      expect.stringMatching(/^REDIS_URL/),
      expect.stringMatching(/^SECRET_KEY/),
    ]);
  });

  test('--help tells every flag of the router with its variable, and ends with 0', async () => {
    const command = serveCommand(['router', '--help']);
    expect(await command.ended).toBe(0);
    for (const text of [
      '--supergraph <file|URL>',
      'SUPERGRAPH',
      '--subgraph <name=URL>',
      '--auth <on|off>',
      '--port <number>',
    ]) {
      expect(command.output).toContain(text);
    }
  });
});
