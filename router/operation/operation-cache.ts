import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Lookups } from '../metrics.ts';
import type { SupergraphState } from '../supergraph.ts';
import type { RefusedOperation } from './check.ts';
import {
  type OperationEnvironment,
  type OperationOptions,
  type PreparedOperation,
  prepareOperation,
} from './operation.ts';
import type { Planner } from './planner.ts';

/** An operation as its clients send it, and how often they do. */
export interface UsedOperation {
  readonly text: string;
  readonly operationName: string | null;
  /** The name of the operation itself, which needs none to be run. */
  readonly name: string | null;
  /** Requests since it was prepared. */
  readonly uses: number;
}

export interface OperationCache {
  /** Prepared once for each document and name; a refusal is remembered as well. */
  get(text: string, operationName: string | null): PreparedOperation | RefusedOperation;
  /** At most `count` of the operations kept, the most used first; refused ones are not among them. */
  mostUsed(count: number): readonly UsedOperation[];
  /** Prepares and plans an operation ahead of its first request. False when it is refused: then it is not kept. */
  warm(operation: Omit<UsedOperation, 'name'>): Promise<boolean>;
  readonly size: number;
}

export interface OperationCacheOptions extends OperationOptions {
  readonly lookups?: Lookups['operations'] | undefined;
  readonly state: SupergraphState;
  readonly planner: Planner;
  /** How many operations are kept, and as many again for who may not use all of one; the least recently used leave first. */
  readonly maxOperations: number;
}

interface Entry {
  readonly text: string;
  readonly operationName: string | null;
  readonly operation: PreparedOperation;
  uses: number;
}

// Looking a long document up costs less by its hash; hashing a short one costs more than it saves.
const LONG_DOCUMENT = 4_096;
// Kept apart: documents that are worth nothing must not push out those that are served.
const MAX_REFUSED = 200;

export function createOperationCache(options: OperationCacheOptions): OperationCache {
  const { state, planner, maxOperations, lookups = { hit: 0, miss: 0, refused: 0 } } = options;
  const entries = new LRUCache<string, Entry>({ max: maxOperations });
  const refused = new LRUCache<string, RefusedOperation>({ max: MAX_REFUSED });
  const variants: OperationEnvironment['variants'] = new LRUCache({ max: maxOperations });
  const environment = { state, planner, options, variants };
  return {
    get(text, operationName) {
      const key = keyOf(text, operationName);
      const known = entries.get(key);
      if (known) {
        known.uses += 1;
        lookups.hit += 1;
        return known.operation;
      }
      const refusal = refused.get(key);
      lookups[refusal ? 'refused' : 'miss'] += 1;
      const operation = refusal ?? prepareOperation(environment, text, operationName);
      if ('errors' in operation) refused.set(key, operation);
      else entries.set(key, { text, operationName, operation, uses: 1 });
      return operation;
    },
    mostUsed(count) {
      const used = [...entries.values()].map(({ operation, ...asked }) => ({ ...asked, name: operation.name }));
      return used.sort((a, b) => b.uses - a.uses).slice(0, count);
    },
    async warm({ text, operationName, uses }) {
      const key = keyOf(text, operationName);
      if (entries.has(key)) return true;
      const operation = prepareOperation(environment, text, operationName);
      if ('errors' in operation || 'errors' in (await operation.plan())) return false;
      // What was used much long ago gives way to what is used now: a count fades with each supergraph.
      if (!entries.has(key)) entries.set(key, { text, operationName, operation, uses: Math.floor(uses / 2) });
      return true;
    },
    get size() {
      return entries.size;
    },
  };
}

function keyOf(text: string, operationName: string | null): string {
  const name = operationName ?? '';
  return text.length + name.length > LONG_DOCUMENT ? sha256(`${name}\n${text}`) : `${name}\n${text}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
