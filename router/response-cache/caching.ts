import { parse } from 'graphql';
import type { DataObject } from '../execution/data.ts';
import type { Caller } from '../execution/execution.ts';
import type { Lookups } from '../metrics.ts';
import type { PlannedOperation, PreparedOperation } from '../operation/operation.ts';
import type { GraphQLResult } from '../results.ts';
import type { SupergraphState } from '../supergraph.ts';
import type { ResponseCache } from './cache.ts';
import { readEntityKeys } from './entity-keys.ts';
import { compileFindEntities, type FindEntities, type FoundEntity, typesOf } from './found-entities.ts';
import { readCacheHints } from './hints.ts';
import { type CachePolicy, compilePolicy } from './policy.ts';
import { createTags, type Invalidation } from './tags.ts';

/** An operation with its variables, as it is to run. */
export interface Run {
  readonly prepared: PreparedOperation;
  readonly operation: PlannedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What becomes of the result of an execution, from the data that it merged. */
export type Ending = (root: DataObject, result: GraphQLResult) => GraphQLResult;

/** Says of results how long they may be kept, keeps them where there is a cache, and drops what changes have made old. */
export interface Caching {
  /** A kept answer for this caller. */
  find(run: Run, caller: Caller): GraphQLResult | null;
  /** Called before anything is fetched. */
  begin(run: Run, caller: Caller): Ending;
  /** Drops the answers that hold an entity of a mutation's or an event's data: before anybody gets it. */
  dropChanged(run: Run, root: DataObject, result: GraphQLResult): void;
  /** @throws BadInputError for what the supergraph does not know; then nothing is dropped. */
  invalidate(targets: readonly Invalidation[]): void;
}

const AS_IT_IS: Ending = (_root, result) => result;

const NO_CACHING: Caching = { find: () => null, begin: () => AS_IT_IS, dropChanged() {}, invalidate() {} };

let serial = 0;

export function createCaching(
  state: SupergraphState,
  cache: ResponseCache | null,
  lookups: Lookups['responses'] = { hit: 0, miss: 0 },
): Caching {
  const { schema, sdl, isOfType } = state;
  if (!cache && !sdl.includes('cacheControl')) return NO_CACHING;
  const supergraph = parse(sdl, { noLocation: true });
  const hints = readCacheHints(supergraph, schema);
  const entityKeys = readEntityKeys(supergraph);
  const tags = createTags(schema, entityKeys);
  const policies = new WeakMap<PreparedOperation, CachePolicy | null>();
  const details = new WeakMap<PlannedOperation, Details>();

  function policyOf(prepared: PreparedOperation, caller: Caller): CachePolicy | null {
    if (!hints) return null;
    let policy = policies.get(prepared);
    if (policy === undefined) {
      policy = compilePolicy(state, hints, prepared.document, prepared.definition);
      policies.set(prepared, policy);
    }
    // What a header of the client has changed is no answer for all.
    if (policy?.isPublic && Object.keys(caller.forwarded).length > 0) return { ...policy, isPublic: false };
    return policy;
  }

  function detailsOf({ prepared, operation }: Run): Details {
    let known = details.get(operation);
    if (!known) {
      const { document, definition } = prepared;
      serial += 1;
      known = {
        id: serial,
        types: typesOf(schema, document, definition),
        find: compileFindEntities({ schema, isOfType, entityKeys }, operation.clientKeys, document, definition),
      };
      details.set(operation, known);
    }
    return known;
  }

  /** Of operations by their number: another supergraph, or another access to this one, has others. */
  function keyOf(run: Run, caller: Caller, { isPublic }: CachePolicy): string {
    const scope = isPublic ? 'public' : `of ${caller.scope}`;
    return `${detailsOf(run).id}\n${JSON.stringify(run.variables)}\n${scope}`;
  }

  function tagsNaming(found: FoundEntity): string[] {
    const naming = tags.naming(found);
    const isKnown = tags.valuesOf(found).some((tag) => cache?.has(tag));
    // What no answer holds may be new: then lists of its type are old.
    return isKnown ? naming : [...naming, ...tags.ofType(found.typename)];
  }

  function dropChanged(run: Run, root: DataObject, result: GraphQLResult): void {
    if (!cache) return;
    const { find, types } = detailsOf(run);
    const changed = new Set(find(root).flatMap(tagsNaming));
    // A change whose answer failed may have happened all the same: nobody knows to what.
    if (result.errors) for (const type of types) for (const tag of tags.ofType(type)) changed.add(tag);
    cache.invalidate(changed);
  }

  function end(run: Run, caller: Caller, policy: CachePolicy): Ending {
    const reading = cache?.begin();
    return (root, result) => {
      if (result.errors || result.data === undefined) return result;
      if (cache && reading) {
        const { find, types } = detailsOf(run);
        const held = new Set(types);
        for (const found of find(root)) for (const tag of tags.of(found)) held.add(tag);
        cache.keep(keyOf(run, caller, policy), { ...policy, data: result.data, tags: held }, reading);
      }
      return { ...result, cacheControl: { ...policy, age: null } };
    };
  }

  return {
    find(run, caller) {
      const policy = cache && policyOf(run.prepared, caller);
      if (!policy) return null;
      const kept = cache.get(keyOf(run, caller, policy));
      lookups[kept ? 'hit' : 'miss'] += 1;
      if (!kept) return null;
      const { data, maxAge, isPublic } = kept.answer;
      return { data, cacheControl: { maxAge, isPublic, age: Math.floor(kept.age) } };
    },
    begin(run, caller) {
      if (run.operation.kind === 'mutation') {
        return (root, result) => {
          dropChanged(run, root, result);
          return result;
        };
      }
      const policy = policyOf(run.prepared, caller);
      return policy ? end(run, caller, policy) : AS_IT_IS;
    },
    dropChanged,
    invalidate(targets) {
      cache?.invalidate(targets.flatMap(tags.ofTarget));
    },
  };
}

interface Details {
  readonly id: number;
  readonly types: ReadonlySet<string>;
  readonly find: FindEntities;
}
