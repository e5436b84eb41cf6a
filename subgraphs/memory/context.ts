import DataLoader from 'dataloader';
import type { Database } from '#platform/database/index.ts';
import { fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { MemoryReader, MemoryTx } from './data/client.ts';
import { findContexts, findConversations } from './data/contexts.ts';
import { findInteractions } from './data/interactions.ts';
import type { MemoryIndex } from './data/memory-index.ts';
import { findPatterns } from './data/patterns.ts';
import type { Context, Conversation, Interaction, Pattern } from './domain/memory.ts';

export interface MemoryDeps extends AsyncDisposable {
  readonly db: Database<MemoryTx>;
  readonly index: MemoryIndex;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly logger: Logger;
  /** Resolves when the index has caught up with what the database stored before this process started. */
  readonly caughtUp: Promise<void>;
}

export interface MemoryContext extends RequestContext, Omit<MemoryDeps, keyof AsyncDisposable | 'logger'> {
  readonly loaders: {
    readonly contextById: DataLoader<string, Context | null>;
    readonly conversationByKey: DataLoader<string, Conversation | null>;
    readonly patternById: DataLoader<string, Pattern | null>;
    readonly interactionById: DataLoader<string, Interaction | null>;
  };
}

/** Loads what the viewer may see of `keys`, in one query per tick. */
function loaderOf<Row>(
  deps: MemoryDeps,
  request: RequestContext,
  load: (tx: MemoryReader, keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> {
  return new DataLoader(async (keys) => {
    const rows = await deps.db.read(request.viewer, (tx) => load(tx, keys));
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: MemoryDeps, request: RequestContext): MemoryContext {
  const loaders: MemoryContext['loaders'] = {
    contextById: loaderOf<Context>(
      deps,
      request,
      (tx, ids) => findContexts(tx, request.viewer, ids.filter(isId), deps.clock()),
      ({ id }) => id,
    ),
    conversationByKey: loaderOf<Conversation>(
      deps,
      request,
      (tx, keys) => findConversations(tx, request.viewer, keys),
      ({ key }) => key,
    ),
    patternById: loaderOf<Pattern>(
      deps,
      request,
      (tx, ids) => findPatterns(tx, request.viewer, ids.filter(isId)),
      ({ id }) => id,
    ),
    interactionById: loaderOf<Interaction>(
      deps,
      request,
      (tx, ids) => findInteractions(tx, request.viewer, ids.filter(isId)),
      ({ id }) => id,
    ),
  };
  const { db, index, clock, newId, caughtUp } = deps;
  return fillContext(request, { db, index, clock, newId, caughtUp }, { loaders });
}
