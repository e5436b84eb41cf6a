import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Counter, Metrics } from '#platform/metrics/index.ts';
import type { Answers } from '../domain/ask.ts';
import { DependencyGraph } from '../domain/dependencies.ts';
import { readProgram } from '../domain/program.ts';
import { DEFAULT_RULE_SET, type RuleSetVersion } from '../domain/rule.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import type { Term } from '../domain/term.ts';
import { SHIPPED_RULES } from '../library/index.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ENTRY_BYTES = 1024 * 1024;
const MAX_GRAPHS = 200;
const ENTRY_BYTES = 300;
const ANSWER_BYTES = 120;

/** The state of each predicate as a digest of the facts that hold: another state, another digest, whatever process looks. */
export class FactDigests {
  readonly #ids = new Map<string, string[]>();
  readonly #digests = new Map<string, string>();

  constructor(facts: readonly Pick<StandingFact, 'id' | 'predicate'>[]) {
    for (const { id, predicate } of facts) {
      const name = predicate.slice(0, predicate.lastIndexOf('/'));
      const known = this.#ids.get(name);
      if (known) known.push(id);
      else this.#ids.set(name, [id]);
    }
  }

  /** Of the predicates with these names, of whatever arity; those without facts are left out. */
  of(names: ReadonlySet<string>): readonly string[] {
    return [...this.#ids.keys()].filter((name) => names.has(name)).map((name) => `${name}:${this.#digestOf(name)}`);
  }

  #digestOf(name: string): string {
    const known = this.#digests.get(name);
    if (known !== undefined) return known;
    const digest = createHash('sha256')
      .update((this.#ids.get(name) ?? []).join())
      .digest('base64url');
    this.#digests.set(name, digest);
    return digest;
  }
}

/** Everything that answers depend on. */
export interface CacheableQuestion {
  readonly organizationId: string;
  readonly version: RuleSetVersion;
  readonly capabilities: ReadonlySet<string>;
  readonly digests: FactDigests;
  readonly goal: Term;
  /** The parts that are compared as they came: text of the goal, limits, assumptions, instant. */
  readonly asked: unknown;
  /** True when the question itself says what time it is. */
  readonly timeGiven: boolean;
}

function bytesOf({ answers }: Answers): number {
  let bytes = ENTRY_BYTES;
  for (const { text, bindings } of answers) {
    bytes += ANSWER_BYTES + 2 * text.length;
    for (const { variable, value } of bindings) bytes += ANSWER_BYTES + 2 * (variable.length + value.length);
  }
  return bytes;
}

/** Another machine or moment may get further than these, so what they ended is not what is known. */
function isRepeatable({ stoppedBy }: Answers): boolean {
  return stoppedBy !== 'TIME' && stoppedBy !== 'MEMORY';
}

/** Answers that were found before, while what they rest on is the same. */
export class AnswerCache {
  readonly #answers = new LRUCache<string, Answers>({
    maxSize: MAX_BYTES,
    maxEntrySize: MAX_ENTRY_BYTES,
    sizeCalculation: bytesOf,
  });
  readonly #graphs = new LRUCache<string, DependencyGraph>({ max: MAX_GRAPHS });
  readonly #questions: Counter<'outcome'>;

  constructor(metrics: Metrics) {
    this.#questions = metrics.counter({
      name: 'alims_rules_questions_total',
      help: 'Questions to the rules by where the answers came from: hit (kept from before), miss, uncacheable.',
      labels: ['outcome'],
    });
  }

  /** The answers kept for the question, or those that `find` gives. */
  async answer(
    question: CacheableQuestion,
    find: () => Promise<Answers>,
  ): Promise<{ readonly result: Answers; readonly cached: boolean }> {
    const key = this.#keyOf(question);
    const known = key === null ? undefined : this.#answers.get(key);
    this.#questions.inc({ outcome: key === null ? 'uncacheable' : known ? 'hit' : 'miss' });
    if (known !== undefined) return { result: known, cached: true };
    const result = await find();
    if (key !== null && isRepeatable(result)) this.#answers.set(key, result);
    return { result, cached: false };
  }

  /** Null when the answers rest on the clock, or on goals that become known only while they are evaluated. */
  #keyOf(question: CacheableQuestion): string | null {
    const { organizationId, version, capabilities, digests, goal, asked, timeGiven } = question;
    const { names, open } = this.#graphOf(version).of(goal);
    if (open || (names.has('now') && !timeGiven)) return null;
    const parts = [version.id, [...capabilities].toSorted(), digests.of(names), asked];
    // The organization stands outside the digest: no answer is ever found by another's key.
    return `${organizationId}:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
  }

  /** Of a version and the shipped rules beneath it, of all capabilities: more than what applies does no harm. */
  #graphOf(version: RuleSetVersion): DependencyGraph {
    const known = this.#graphs.get(version.id);
    if (known !== undefined) return known;
    const own = version.number === 0 ? [] : readProgram(version.text).clauses;
    const beneath = version.ruleSet === DEFAULT_RULE_SET ? SHIPPED_RULES.flatMap(({ clauses }) => clauses) : [];
    const graph = new DependencyGraph([...beneath, ...own]);
    this.#graphs.set(version.id, graph);
    return graph;
  }
}
