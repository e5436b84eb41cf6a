import DataLoader from 'dataloader';
import type { EventLog } from '#platform/events/index.ts';
import { type Ask, fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { idOf } from '#platform/identity/index.ts';
import type { RulesPort } from './data/rules.ts';
import type { SampleFactsSource } from './data/sample-facts.ts';
import type { Scope, WorkflowReader, WorkflowStore } from './data/workflow-store.ts';
import type { RecordedEvent } from './domain/event.ts';
import type { Workflow } from './domain/workflow.ts';
import { listTransitions, type Transition } from './service/list-transitions.ts';
import {
  type TransitionRequest,
  type TransitionValidation,
  validateTransitions,
} from './service/validate-transitions.ts';
import type { LatestWorkflows } from './service/watch-workflows.ts';

export interface WorkflowsDeps {
  readonly store: WorkflowStore;
  readonly log: EventLog;
  readonly latest: LatestWorkflows;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** The neighbours, asked as the caller; tests put others in their place. */
  readonly sampleFactsFrom: (ask: Ask) => SampleFactsSource;
  readonly rulesFrom: (ask: Ask) => RulesPort;
}

export interface WorkflowsContext extends RequestContext, WorkflowsDeps {
  readonly samples: SampleFactsSource;
  readonly rules: RulesPort;
  readonly loaders: {
    readonly workflowById: DataLoader<string, Workflow | null>;
    readonly workflowBySample: DataLoader<string, Workflow | null>;
    readonly eventById: DataLoader<string, RecordedEvent | null>;
    /** The first events of a workflow, oldest first: one statement for all workflows of a list. */
    readonly firstEvents: DataLoader<FirstEvents, RecordedEvent[]>;
    readonly eventCount: DataLoader<string, number>;
    readonly transitionsOf: DataLoader<Workflow, Transition[], string>;
    readonly validations: DataLoader<TransitionRequest, TransitionValidation>;
  };
}

interface FirstEvents {
  readonly workflowId: string;
  readonly limit: number;
}

/** Rules takes 500 questions at once, and two moves lead out of most stages. */
const TRANSITIONS_BATCH = 200;

/** What the caller may see: people of a client see its workflows only. */
export function scopeOf({ viewer }: RequestContext): Scope {
  return { organizationId: viewer.organizationId, clientId: viewer.clientId };
}

function loaderOf<Row>(
  find: (ids: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> {
  const load = async (ids: readonly string[]) => {
    const byKey = new Map((await find(ids.map(idOf))).map((row) => [keyOf(row), row]));
    return ids.map((id) => byKey.get(idOf(id)) ?? null);
  };
  return new DataLoader(load, { cacheKeyFn: idOf });
}

type Read = <T>(work: (reader: WorkflowReader) => Promise<T>) => Promise<T>;

async function firstEvents(read: Read, asked: readonly FirstEvents[]): Promise<RecordedEvent[][]> {
  const byLimit = Map.groupBy(asked, ({ limit }) => limit);
  const found = await Promise.all(
    [...byLimit].map(async ([limit, of]) => {
      const ids = [...new Set(of.map(({ workflowId }) => workflowId))];
      const events = await read((reader) => reader.firstEventsOf(ids, limit));
      return [limit, Map.groupBy(events, ({ workflowId }) => workflowId)] as const;
    }),
  );
  const events = new Map(found);
  return asked.map(({ workflowId, limit }) => events.get(limit)?.get(workflowId) ?? []);
}

async function eventCounts(read: Read, ids: readonly string[]): Promise<number[]> {
  const counts = await read((reader) => reader.eventCountsOf(ids));
  const byId = new Map(counts.map(({ workflowId, count }) => [workflowId, count]));
  return ids.map((id) => byId.get(id) ?? 0);
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: WorkflowsDeps, request: RequestContext): WorkflowsContext {
  const read: Read = (work) => deps.store.read(scopeOf(request), work);
  const context: WorkflowsContext = fillContext(request, deps, {
    samples: deps.sampleFactsFrom(request.ask),
    rules: deps.rulesFrom(request.ask),
    loaders: {
      workflowById: loaderOf(
        (ids) => read((reader) => reader.byIds(ids)),
        ({ id }) => id,
      ),
      workflowBySample: loaderOf(
        (ids) => read((reader) => reader.bySampleIds(ids)),
        ({ sampleId }) => sampleId,
      ),
      eventById: loaderOf(
        (ids) => read((reader) => reader.eventsByIds(ids)),
        ({ id }) => id,
      ),
      // Nothing is kept: a second mutation of the same request adds to the history.
      firstEvents: new DataLoader((asked: readonly FirstEvents[]) => firstEvents(read, asked), { cache: false }),
      eventCount: new DataLoader((ids: readonly string[]) => eventCounts(read, ids), { cache: false }),
      transitionsOf: new DataLoader((workflows: readonly Workflow[]) => listTransitions(context, workflows), {
        cacheKeyFn: ({ id, version }: Workflow) => `${id}:${version}`,
        maxBatchSize: TRANSITIONS_BATCH,
      }),
      validations: new DataLoader<TransitionRequest, TransitionValidation>(
        (requests) => validateTransitions(context, requests),
        { cache: false, maxBatchSize: TRANSITIONS_BATCH },
      ),
    },
  });
  return context;
}
