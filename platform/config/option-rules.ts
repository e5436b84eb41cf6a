/** Reads what stands behind the `=` of one option; throws an Error that says what was expected. */
type Read = (text: string) => number | string | boolean;

interface Option {
  /** What it is called in the result. */
  readonly key: string;
  readonly read: Read;
}

type Options = Readonly<Record<string, Option>>;

/** Options by their names in code, of one subgraph or of all. */
export interface SubgraphRules {
  readonly all: Readonly<Record<string, unknown>>;
  readonly byName: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface LimitRules {
  /** Of one operation. */
  readonly operation: Readonly<Record<string, number>>;
  /** Of what stays open. */
  readonly streams: Readonly<Record<string, number>>;
  /** Operations in one request; null: as usual. */
  readonly batch: number | null;
}

const SUBGRAPH: Options = {
  'query-timeout': { key: 'queryTimeoutMs', read: duration },
  'mutation-timeout': { key: 'mutationTimeoutMs', read: duration },
  'stream-silence': { key: 'streamSilenceMs', read: duration },
  retries: { key: 'retries', read: whole(0, 10) },
  'max-concurrent': { key: 'maxConcurrent', read: whole(1) },
  'max-queued': { key: 'maxQueued', read: whole(0) },
  'max-answer-bytes': { key: 'maxAnswerBytes', read: whole(1) },
  circuit: { key: 'circuit', read: onOff },
  'share-fetches': { key: 'shareFetches', read: onOff },
  http2: { key: 'allowH2', read: onOff },
  subscriptions: { key: 'subscriptions', read: oneOf('auto', 'ws', 'sse', 'callback') },
};

const OPERATION: Options = {
  tokens: { key: 'maxTokens', read: whole(1) },
  definitions: { key: 'maxDefinitions', read: whole(1) },
  depth: { key: 'maxDepth', read: whole(1) },
  aliases: { key: 'maxAliases', read: whole(0) },
  directives: { key: 'maxDirectives', read: whole(0) },
  'root-fields': { key: 'maxRootFields', read: whole(1) },
  fields: { key: 'maxFields', read: whole(1) },
  variables: { key: 'maxVariables', read: whole(0) },
  'name-length': { key: 'maxNameLength', read: whole(1) },
  'string-length': { key: 'maxStringLength', read: whole(1) },
  'value-depth': { key: 'maxValueDepth', read: whole(1) },
  'variable-values': { key: 'maxVariableValues', read: whole(1) },
  'repeated-lists': { key: 'maxRepeatedLists', read: whole(0) },
  cost: { key: 'maxCost', read: whole(1) },
};

const STREAMS: Options = {
  'streams-per-socket': { key: 'perSocket', read: whole(1) },
  'streams-per-person': { key: 'perPerson', read: whole(1) },
  'streams-per-address': { key: 'perAddress', read: whole(1) },
};

const BATCH: Options = { batch: { key: 'batch', read: whole(0) } };

/**
 * Options separated by commas, with `products/` in front for that subgraph alone, which is stronger:
 * `query-timeout=5s, products/query-timeout=500ms, products/circuit=off`.
 * @throws Error saying what was expected.
 */
export function parseSubgraphRules(text: string): SubgraphRules {
  const all: Record<string, unknown> = {};
  const byName = new Map<string, Record<string, unknown>>();
  for (const rule of split(text)) {
    const slash = rule.indexOf('/');
    const [key, value] = readOption(slash === -1 ? rule : rule.slice(slash + 1), SUBGRAPH);
    const name = slash === -1 ? null : rule.slice(0, slash);
    const target = name === null ? all : (byName.get(name) ?? {});
    if (name !== null) byName.set(name, target);
    if (key !== 'circuit') target[key] = value;
    else if (value === false) target.circuitBreaker = null;
    else target.circuitBreaker = {};
  }
  return { all, byName: new Map([...byName].map(([name, own]) => [name, { ...all, ...own }])) };
}

/**
 * Limits separated by commas: `depth=15, cost=50000, batch=0, streams-per-address=100`.
 * @throws Error saying what was expected.
 */
export function parseLimitRules(text: string): LimitRules {
  const given = Object.fromEntries(split(text).map((rule) => readOption(rule, { ...OPERATION, ...STREAMS, ...BATCH })));
  const those = (options: Options) =>
    Object.fromEntries(Object.values(options).flatMap(({ key }) => (key in given ? [[key, Number(given[key])]] : [])));
  return { operation: those(OPERATION), streams: those(STREAMS), batch: those(BATCH).batch ?? null };
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function readOption(rule: string, options: Options): [string, number | string | boolean] {
  const [name = '', value = ''] = rule.split(/\s*=\s*/, 2);
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) throw new Error(`expected ${Object.keys(options).join(', ')}, got ${JSON.stringify(rule)}`);
  try {
    return [option.key, option.read(value)];
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}, got ${JSON.stringify(value)}`);
  }
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER): Read {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const bound = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new Error(`expected a whole number ${bound}`);
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const LONGEST_MS = 24 * 60 * 60_000;

/** In milliseconds. */
function duration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m)$/.exec(text) ?? [];
  const value = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (value >= 1 && value <= LONGEST_MS) return value;
  throw new Error('expected a time such as 500ms, 5s or 2m, up to a day');
}

function onOff(text: string): boolean {
  return oneOf('on', 'off')(text) === 'on';
}

function oneOf(...choices: readonly string[]): Read {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new Error(`expected ${choices.join(', ')}`);
  };
}
