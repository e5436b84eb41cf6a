/** The subgraphs that the corpus of hostile requests is written for, over HTTP: PORT=4001. */
import { createServer } from 'node:http';
import { createServerAdapter } from '@whatwg-node/server';
import { createFixture } from '../../../router/tests/fixture/federation.ts';

const { subgraphs, seen } = createFixture();
const adapter = createServerAdapter(async (request: Request) => {
  const [, name = ''] = new URL(request.url).pathname.split('/');
  const subgraph = subgraphs.get(name);
  if (!subgraph) return new Response(null, { status: 404 });
  // Only tests look at what was asked.
  seen.length = 0;
  const { method, headers, signal } = request;
  return subgraph(new Request(`http://${name}.test/graphql`, { method, headers, signal, body: await request.text() }));
});
createServer({ keepAliveTimeout: 65_000 }, adapter as never).listen(Number(process.env.PORT), '127.0.0.1');
