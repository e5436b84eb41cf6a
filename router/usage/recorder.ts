import type { GraphQLSchema } from 'graphql';
import type { PreparedOperation } from '../operation/operation.ts';
import { createTopNames } from '../top-names.ts';
import { type Deprecations, type OperationUsage, readDeprecations, usageOf } from './coordinates.ts';

/** Uses by client. */
export type Uses = ReadonlyMap<string, number>;

export interface UsageRecorder {
  readonly since: Date;
  /** Counts one request of an operation that runs. */
  count(use: OperationUse): void;
  /** Uses of each coordinate that was used, by client. */
  read(): ReadonlyMap<string, Uses>;
  /** The same of what was deprecated when it was used: cheap enough for every look at the figures. */
  readDeprecated(): ReadonlyMap<string, Uses>;
  deprecationsOf(schema: GraphQLSchema): Deprecations;
}

export interface OperationUse {
  readonly schema: GraphQLSchema;
  readonly prepared: PreparedOperation;
  /** As the client calls itself; null when it does not. */
  readonly client: string | null;
  /** As they came, without defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One operation's requests: what they used follows when somebody asks. */
interface OperationCounter {
  readonly usage: OperationUsage;
  readonly byClient: Map<string, number>;
  isKept: boolean;
}

/** Clients that are told by name; `other` for the rest. */
const NAMED_CLIENTS = 30;
const UNNAMED = 'unnamed';
/** Counters that are kept apart; beyond them the oldest are added up. */
const MAX_COUNTERS = 2_000;

/**
 * A request adds one to its operation's counter; the fields come in when the counters are read. An operation that is
 * forgotten leaves its counts, not itself: nothing here holds a schema.
 */
export function createUsageRecorder(maxCounters = MAX_COUNTERS): UsageRecorder {
  const counters = new WeakMap<PreparedOperation, OperationCounter>();
  const deprecations = new WeakMap<GraphQLSchema, Deprecations>();
  const kept = new Set<OperationCounter>();
  const totals: Totals = new Map();
  const deprecatedTotals: Totals = new Map();
  // Operations name the same fields: each name is held once.
  const names = new Map<string, string>();
  const clients = createTopNames({ most: NAMED_CLIENTS, onDrop() {} });

  function deprecationsOf(schema: GraphQLSchema): Deprecations {
    let known = deprecations.get(schema);
    if (!known) {
      known = readDeprecations(schema);
      deprecations.set(schema, known);
    }
    return known;
  }

  function counterOf({ schema, prepared }: OperationUse): OperationCounter {
    let counter = counters.get(prepared);
    if (!counter) {
      const { document, definition } = prepared;
      const usage = usageOf(schema, deprecationsOf(schema), document, definition);
      counter = { usage: { ...usage, fields: usage.fields.map(heldName) }, byClient: new Map(), isKept: false };
      counters.set(prepared, counter);
    }
    if (!counter.isKept) keep(counter);
    return counter;
  }

  function heldName(name: string): string {
    const held = names.get(name);
    if (held !== undefined) return held;
    names.set(name, name);
    return name;
  }

  function keep(counter: OperationCounter): void {
    counter.isKept = true;
    kept.add(counter);
    if (kept.size <= maxCounters) return;
    const [oldest] = kept;
    if (oldest) addUp(oldest);
  }

  function addUp(counter: OperationCounter): void {
    kept.delete(counter);
    counter.isKept = false;
    addTo(totals, counter, allOf);
    addTo(deprecatedTotals, counter, deprecatedOf);
    counter.byClient.clear();
  }

  return {
    since: new Date(),
    deprecationsOf,
    count(use) {
      const { usage, byClient } = counterOf(use);
      const client = use.client === null ? UNNAMED : clients.labelOf(use.client);
      byClient.set(client, (byClient.get(client) ?? 0) + 1);
      if (!usage.inVariables) return;
      for (const coordinate of usage.inVariables(use.variables)) {
        for (const each of [totals, deprecatedTotals]) add(each, coordinate, client, 1);
      }
    },
    read: () => withCounters(totals, kept, allOf),
    readDeprecated: () => withCounters(deprecatedTotals, kept, deprecatedOf),
  };
}

type Totals = Map<string, Map<string, number>>;
type Chosen = (usage: OperationUsage) => readonly (readonly string[])[];

const allOf: Chosen = ({ fields, inputs }) => [fields, inputs];
const deprecatedOf: Chosen = ({ deprecatedFields, inputs }) => [deprecatedFields, inputs];

function withCounters(totals: Totals, counters: Iterable<OperationCounter>, chosen: Chosen): Totals {
  const all = new Map([...totals].map(([coordinate, uses]) => [coordinate, new Map(uses)]));
  for (const counter of counters) addTo(all, counter, chosen);
  return all;
}

function addTo(totals: Totals, { usage, byClient }: OperationCounter, chosen: Chosen): void {
  for (const coordinates of chosen(usage)) {
    for (const coordinate of coordinates) {
      for (const [client, count] of byClient) add(totals, coordinate, client, count);
    }
  }
}

function add(totals: Totals, coordinate: string, client: string, count: number): void {
  let uses = totals.get(coordinate);
  if (!uses) {
    uses = new Map();
    totals.set(coordinate, uses);
  }
  uses.set(client, (uses.get(client) ?? 0) + count);
}
