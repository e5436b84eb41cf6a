import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort, type Started, startProcess } from '../processes.ts';

export interface Gateway {
  readonly name: string;
  /** Arguments of node that serve a supergraph's file at a port. */
  readonly command: (supergraph: string, port: number) => readonly string[];
}

export interface RunningGateway extends Started {
  readonly endpoint: string;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** As `npm run serve -- router` starts it, with all its defaults. */
export const OURS: Gateway = {
  name: 'ours',
  command: (supergraph, port) => [
    '--max-semi-space-size=16',
    here('../../../subgraphs/main.mjs'),
    'router',
    `--supergraph=${supergraph}`,
    `--port=${port}`,
    '--auth=off',
  ],
};
export const APOLLO: Gateway = { name: '@apollo/gateway + yoga', command: () => [here('apollo.ts')] };

/** Serves the shop's subscription only. */
export const GRAPHQL_WS: Gateway = { name: 'graphql-ws, no gateway', command: () => [here('graphql-ws.ts')] };

const PEERS = fileURLToPath(new URL('../../peers/', import.meta.url));
const HIVE = `${PEERS}node_modules/@graphql-hive/gateway/dist/bin.js`;
const hive = (supergraph: string, port: number) => [
  HIVE,
  'supergraph',
  supergraph,
  `--port=${port}`,
  '--host=127.0.0.1',
  '--fork=1',
];

export const HIVE_JS: Gateway = { name: 'Hive Gateway', command: hive };
export const HIVE_RUST: Gateway = {
  name: 'Hive Gateway, Rust planner',
  command: (supergraph, port) => [...hive(supergraph, port), '--hive-router-runtime'],
};

/** @throws Error that says how to install them. */
export function requirePeers(): void {
  if (existsSync(HIVE)) return;
  throw new Error('The gateways to compare with are not installed. Install them: npm ci --prefix bench/peers');
}

/** `nodeArgs` come before the gateway's own, as --cpu-prof does. */
export async function startGateway(
  { name, command }: Gateway,
  supergraph: string,
  nodeArgs: readonly string[] = [],
): Promise<RunningGateway> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}/graphql`;
  const started = await startProcess({
    name,
    args: [...nodeArgs, ...command(supergraph, port)],
    env: { SUPERGRAPH: supergraph, PORT: String(port) },
    readyUrl: `${endpoint}?query=${encodeURIComponent('{__typename}')}`,
  });
  return { ...started, endpoint };
}
