import type { GraphQLFormattedError } from 'graphql';
import type { Access } from '../access.ts';
import type { ClientKeys } from '../operation/client-keys.ts';
import type { UnplannedField } from '../operation/unplanned.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { anyHolds } from './conditions.ts';
import { type DataObject, type PathKey, placesAt } from './data.ts';
import { failureError, type SubgraphFailure } from './errors.ts';
import type { IsOfType } from './rewrites.ts';

/** Who asks, and how: what goes along with every fetch of one client request. */
export interface Caller {
  /** Equal for callers whom every subgraph answers alike: identity and forwarded headers. */
  readonly scope: string;
  readonly access: Access;
  /** Headers of the client that a rule passes on, by their names in small letters. */
  readonly forwarded: Readonly<Record<string, string>>;
  /** Signed by the router; null for an anonymous caller. */
  readonly identityHeader: string | null;
  readonly requestId: string;
  /** W3C trace context: as it came, or where traces are told the place of what asks. */
  readonly traceparent: string | null;
  /** Goes with `traceparent`. */
  readonly tracestate?: string | null;
  /** What the client calls itself. */
  readonly clientName?: string | null;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal | null;
}

/** One run of one plan. */
export interface Execution {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** Whether its fetches may be those of others who ask the same: true for an operation of kind query. */
  readonly shareFetches: boolean;
  readonly subgraph: (name: string) => SubgraphClient;
  readonly root: DataObject;
  readonly errors: GraphQLFormattedError[];
  /** Plan paths below which data is missing because a fetch failed: nulls there are already explained. */
  readonly failedPaths: (readonly string[])[];
  /** Entity fetches that set out in this moment, by what they ask: those that ask alike become one. */
  readonly gathering: Map<string, Gathering>;
  readonly onFailure: (failure: SubgraphFailure) => void;
}

/** The objects at one plan path that an entity fetch is for. */
export interface FetchPart {
  readonly path: readonly string[];
  readonly targets: readonly DataObject[];
}

export interface Gathering {
  readonly parts: FetchPart[];
  readonly done: Promise<void>;
}

// A dead subgraph behind a list of a thousand entities is one fact, not a thousand.
export const MAX_ERRORS_PER_FETCH = 50;

export function recordFailure(
  execution: Execution,
  failure: SubgraphFailure,
  planPath: readonly string[],
  places: readonly (readonly PathKey[])[],
): void {
  execution.onFailure(failure);
  execution.failedPaths.push(planPath);
  for (const place of places.slice(0, MAX_ERRORS_PER_FETCH)) execution.errors.push(failureError(failure, place));
}

/** Says where the data lacks a field because no subgraph can resolve it: its null would look like an answer. */
export function reportUnplanned(execution: Execution, isOfType: IsOfType, unplanned: readonly UnplannedField[]): void {
  for (const { path, key, parent, conditions } of unplanned) {
    if (!anyHolds(conditions, execution.variables)) continue;
    for (const place of placesAt(execution.root, path).slice(0, MAX_ERRORS_PER_FETCH)) {
      const { __typename: typename } = place.object;
      if (typeof typename === 'string' && !isOfType(typename, parent)) continue;
      const message = `No subgraph can resolve ${JSON.stringify(key)} as it is selected here.`;
      execution.errors.push({ message, path: [...place.path, key], extensions: { code: 'UNAVAILABLE' } });
    }
  }
}

/** Paths as plans and subgraphs know them become the client's. */
export function translatePaths(execution: Execution, clientKeys: ClientKeys): void {
  const { errors, failedPaths } = execution;
  for (const [index, error] of errors.entries()) {
    if (error.path) errors[index] = { ...error, path: error.path.map(clientKeys.clientKey) };
  }
  for (const [index, path] of failedPaths.entries()) failedPaths[index] = path.map(clientKeys.clientKey);
}

/** Whether an error that the client already gets explains a null at this path. */
export function isExplained(execution: Execution, path: readonly PathKey[]): boolean {
  for (const error of execution.errors) {
    if (error.path && (startsWith(error.path, path) || startsWith(path, error.path))) return true;
  }
  return execution.failedPaths.some((planPath) => isBelow(path, planPath));
}

function startsWith(path: readonly PathKey[], start: readonly PathKey[]): boolean {
  return start.length <= path.length && start.every((key, index) => key === path[index]);
}

function isBelow(path: readonly PathKey[], planPath: readonly string[]): boolean {
  if (path.length < planPath.length) return false;
  return planPath.every((key, index) => (key === '@' ? typeof path[index] === 'number' : key === path[index]));
}
