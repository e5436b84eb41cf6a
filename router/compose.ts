import { composeServices } from '@apollo/composition';
import type { DocumentNode } from 'graphql';

export interface SubgraphDefinition {
  readonly name: string;
  /** Where the router finds the subgraph when it is not told otherwise. */
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

export interface Composition {
  readonly supergraphSdl: string;
  /** What composition finds odd but lets pass. */
  readonly hints: readonly string[];
}

/** The subgraphs do not make one supergraph; the message lists every reason. */
export class CompositionError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The subgraphs do not compose:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'CompositionError';
    this.problems = problems;
  }
}

/** Throws CompositionError. The same subgraphs in any order give the same text. */
export function composeSupergraph(subgraphs: readonly SubgraphDefinition[]): Composition {
  const services = [...subgraphs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const result = composeServices(services);
  if (result.errors) throw new CompositionError(result.errors.map((error) => error.message));
  return { supergraphSdl: result.supergraphSdl, hints: result.hints.map((hint) => hint.message) };
}
