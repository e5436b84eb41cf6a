import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SupergraphState } from '../supergraph.ts';
import type { OperationLimits } from './limits.ts';
import { type PreparedOperation, prepareOperation, type RefusedOperation } from './operation.ts';

export interface OperationCache {
  /** Prepared once for each document and name; a refusal is remembered as well. */
  get(text: string, operationName: string | null): PreparedOperation | RefusedOperation;
  readonly size: number;
}

export interface OperationCacheOptions {
  readonly state: SupergraphState;
  readonly limits: OperationLimits;
  /** How many operations are kept, the least recently used leaving first. */
  readonly maxOperations: number;
}

// Keys of long documents are hashed, so that the cache does not hold them; hashing a short one costs more than it saves.
const LONG_DOCUMENT = 4_096;

export function createOperationCache(options: OperationCacheOptions): OperationCache {
  const prepared = new LRUCache<string, PreparedOperation | RefusedOperation>({ max: options.maxOperations });
  return {
    get(text, operationName) {
      const key = `${operationName ?? ''}\n${text.length > LONG_DOCUMENT ? sha256(text) : text}`;
      const known = prepared.get(key);
      if (known) return known;
      const operation = prepareOperation(options.state, options.limits, text, operationName);
      prepared.set(key, operation);
      return operation;
    },
    get size() {
      return prepared.size;
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
