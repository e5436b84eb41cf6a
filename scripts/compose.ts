/** Composes schema/<subgraph>.graphql into schema/supergraph.graphql. With --check it only says what has drifted. */
import { parse } from 'graphql';
import { composeSupergraph } from '#router/compose.ts';
import { SUBGRAPHS } from '#subgraphs/index.ts';
import { settle } from './generated-file.ts';

const FILE = new URL('../schema/supergraph.graphql', import.meta.url);

/** The supergraph of every subgraph, where `npm run serve` puts it unless the router is told otherwise. */
export function composed(): string {
  const { supergraphSdl } = composeSupergraph(
    SUBGRAPHS.map(({ name, port, typeDefs }) => ({
      name,
      url: `http://localhost:${port}/graphql`,
      typeDefs: parse(typeDefs),
    })),
  );
  return `${supergraphSdl.trim()}\n`;
}

/** True when the file had drifted. */
export function generateSupergraph(check: boolean): boolean {
  return settle(FILE, composed(), check);
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  if (generateSupergraph(check) && check) process.exitCode = 1;
}
