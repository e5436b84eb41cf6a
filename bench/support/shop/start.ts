import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { composeSupergraph } from '#router/index.ts';
import { freePort, startProcess, temporaryFolder } from '../processes.ts';
import { SHOP_SDL, type ShopSubgraph } from './sdl.ts';
import type { ShopState } from './subgraphs.ts';

export interface Shop extends AsyncDisposable {
  readonly pid: number;
  /** The file of the supergraph, with the subgraphs' URLs. */
  readonly supergraph: string;
  state(): Promise<ShopState>;
  /** Announces a review to all subscriptions. */
  publish(): Promise<void>;
}

const SUBGRAPHS = fileURLToPath(new URL('subgraphs.ts', import.meta.url));

export async function startShop(): Promise<Shop> {
  await using stack = new AsyncDisposableStack();
  const names = Object.keys(SHOP_SDL) as ShopSubgraph[];
  const ports: Record<string, number> = { control: await freePort() };
  for (const name of names) ports[name] = await freePort();
  const control = `http://127.0.0.1:${ports.control}`;
  const shop = stack.use(
    await startProcess({
      name: 'subgraphs',
      args: [SUBGRAPHS],
      env: { PORTS: JSON.stringify(ports) },
      readyUrl: `${control}/state`,
    }),
  );
  const { supergraphSdl } = composeSupergraph(
    names.map((name) => ({
      name,
      url: `http://127.0.0.1:${ports[name]}/graphql`,
      typeDefs: parse(SHOP_SDL[name]),
    })),
  );
  const supergraph = join(temporaryFolder(), 'supergraph.graphql');
  await writeFile(supergraph, supergraphSdl);
  const owned = stack.move();
  return {
    pid: shop.pid,
    supergraph,
    state: async () => (await (await fetch(`${control}/state`)).json()) as ShopState,
    async publish() {
      // A body that nobody reads would keep its connection, and fail with it.
      await (await fetch(`${control}/publish`, { method: 'POST' })).arrayBuffer();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
