import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFixture } from '../../../router/tests/fixture/federation.ts';
import { OURS, type RunningGateway, startGateway } from '../gateways/index.ts';
import { freePort, startProcess, temporaryFolder } from '../processes.ts';

const SUBGRAPHS = fileURLToPath(new URL('subgraphs.ts', import.meta.url));

/** Our router as operators start it, in front of the supergraph that the corpus is written for. */
export async function startTarget(): Promise<RunningGateway> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  stack.use(
    await startProcess({ name: 'subgraphs', args: [SUBGRAPHS], env: { PORT: String(port) }, readyUrl: origin }),
  );
  const supergraph = join(temporaryFolder(), 'supergraph.graphql');
  const { supergraphSdl } = createFixture();
  await writeFile(supergraph, supergraphSdl.replaceAll(/http:\/\/(\w+)\.test\/graphql/g, `${origin}/$1`));
  const router = await startGateway(OURS, supergraph);
  stack.use(router);
  const owned = stack.move();
  return { ...router, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
