import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SupergraphState } from '../supergraph.ts';
import type { OperationLimits } from './limits.ts';
import { type PreparedOperation, prepareOperation, type RefusedOperation } from './operation.ts';

/** An operation as its clients send it, and how often they do. */
export interface UsedOperation {
  readonly text: string;
  readonly operationName: string | null;
  /** Requests since it was prepared. */
  readonly uses: number;
}

export interface OperationCache {
  /** Prepared once for each document and name; a refusal is remembered as well. */
  get(text: string, operationName: string | null): PreparedOperation | RefusedOperation;
  /** At most `count` of the operations kept, the most used first; refused ones are not among them. */
  mostUsed(count: number): readonly UsedOperation[];
  /** Prepares an operation ahead of its first request. False when it is refused: then it is not kept. */
  warm(operation: UsedOperation): boolean;
  readonly size: number;
}

export interface OperationCacheOptions {
  readonly state: SupergraphState;
  readonly limits: OperationLimits;
  /** How many operations are kept, the least recently used leaving first. */
  readonly maxOperations: number;
}

interface Entry {
  readonly text: string;
  readonly operationName: string | null;
  readonly operation: PreparedOperation | RefusedOperation;
  uses: number;
}

// Looking a long document up costs less by its hash; hashing a short one costs more than it saves.
const LONG_DOCUMENT = 4_096;

export function createOperationCache(options: OperationCacheOptions): OperationCache {
  const entries = new LRUCache<string, Entry>({ max: options.maxOperations });

  function prepare(text: string, operationName: string | null, uses: number): Entry {
    return {
      text,
      operationName,
      operation: prepareOperation(options.state, options.limits, text, operationName),
      uses,
    };
  }

  return {
    get(text, operationName) {
      const key = keyOf(text, operationName);
      let entry = entries.get(key);
      if (!entry) {
        entry = prepare(text, operationName, 0);
        entries.set(key, entry);
      }
      entry.uses += 1;
      return entry.operation;
    },
    mostUsed(count) {
      const used = [...entries.values()].filter(({ operation }) => !('errors' in operation));
      return used.sort((a, b) => b.uses - a.uses).slice(0, count);
    },
    warm({ text, operationName, uses }) {
      const key = keyOf(text, operationName);
      if (entries.has(key)) return true;
      // What was used much long ago gives way to what is used now: a count fades with each supergraph.
      const entry = prepare(text, operationName, Math.floor(uses / 2));
      if ('errors' in entry.operation) return false;
      entries.set(key, entry);
      return true;
    },
    get size() {
      return entries.size;
    },
  };
}

function keyOf(text: string, operationName: string | null): string {
  return `${operationName ?? ''}\n${text.length > LONG_DOCUMENT ? sha256(text) : text}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
