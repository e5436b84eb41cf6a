import { copyTerm } from './bindings.ts';
import type { Limits } from './budget.ts';
import type { Clause } from './clause.ts';
import { compileClause } from './clause.ts';
import { Engine } from './engine.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { Knowledge } from './knowledge.ts';
import { buildProof, type Proof } from './proof.ts';
import { argsOf, atom, deref, float, isCallable, keyOf, struct, type Term, variable } from './term.ts';
import { factsAgainst, wantedFact } from './why-not.ts';
import { quoteAtom, TermTooLarge, writeTerm } from './writer.ts';

/** How a reason is told to people and programs. */
export interface ReasonText {
  /** UPPER_CASE, for programs. */
  readonly code: string;
  /** What stands in the way and how to mend it. `{1}` is the reason's first argument; `{1:test}` the test of that analysis. */
  readonly message: string;
  /** Facts that would mend it, with the same placeholders and `{sample}`. Without it they are read off the proof. */
  readonly missing?: readonly string[];
}

/** What the shipped rules know about themselves that the logic does not need. */
export interface ReasonBook {
  reason(indicator: string): ReasonText | undefined;
  /** For a rule that passes on another predicate's reason: that predicate's indicator. */
  delegate(ruleId: string): string | undefined;
}

export interface Blocker {
  readonly code: string;
  readonly message: string;
  readonly ruleId: string;
  /** The reason as a term, for example `unverified(a3,1)`. */
  readonly reason: string;
  readonly missingFacts: readonly string[];
}

export type MoveKind = 'FORWARD' | 'REWORK' | 'NONE';

export interface Verdict {
  /** The target stage as an atom of the rules, lower case. */
  readonly to: string;
  readonly kind: MoveKind;
  /** True exactly when there is no blocker. */
  readonly allowed: boolean;
  readonly blockers: readonly Blocker[];
}

export interface Snapshot {
  readonly sample: Term;
  /** The present stage, lower case. */
  readonly from: string;
  readonly actor: { readonly id: string; readonly roles: readonly string[] };
  readonly facts: readonly Clause[];
  /** Epoch hours, used when the facts name no time. */
  readonly now: number;
}

/** Predicates that only the record of a sample may speak of: a decision believes them from its snapshot alone. */
export const RECORD_PREDICATES: ReadonlySet<string> = new Set(
  `sample/1 barcode/2 sample_type/2 stage/2 hold/2 cancelled/1 priority/2 collected_at/2 received_at/2 volume_ml/2
  container/2 condition/2 label_verified/1 client/2 storage_reading/3 in_location/2 custody/3 analysis/3
  analysis_status/2 assigned_to/2 on_instrument/2 result/3 result_text/2 submitted_by/2 verified_by/2 role/2
  report/2 report_signed/2 published_at/2 parent/2 now/1 actor/1 reason/2`.split(/\s+/),
);

const FACT = { kind: 'fact', id: null } as const;
/** A single move meets far smaller limits than a question: a rule that runs wild must not hold up a batch. */
export const DECISION_LIMITS: Limits = { inferences: 200_000, answers: 100, depth: 2_000, millis: 50 };
const LISTED = 100;

function fact(name: string, ...args: Term[]): Clause {
  return compileClause(struct(name, args), [], FACT);
}

/** Decides the moves of one sample. The knowledge beneath holds the rules and the laboratory's standing facts. */
export class Decision {
  readonly #knowledge: Knowledge;
  readonly #snapshot: Snapshot;
  readonly #book: ReasonBook;
  readonly #clock: () => number;

  /** `clock`: milliseconds, never backwards. */
  constructor(base: Knowledge, snapshot: Snapshot, book: ReasonBook, clock: () => number) {
    this.#snapshot = snapshot;
    this.#book = book;
    this.#clock = clock;
    this.#knowledge = new Knowledge(base, RECORD_PREDICATES).addAll(snapshot.facts);
    this.#complete();
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  /** The stage, the actor and the time belong to the question: they are added where the snapshot left them out. */
  #complete(): void {
    const { sample, from, actor, now } = this.#snapshot;
    const add = (clause: Clause) => this.#knowledge.add(clause);
    if (!this.#knowledge.has('stage/2')) add(fact('stage', sample, atom(from)));
    if (!this.#knowledge.has('sample/1')) add(fact('sample', sample));
    if (!this.#knowledge.has('now/1')) add(fact('now', float(now)));
    add(fact('actor', atom(actor.id)));
    for (const role of actor.roles) add(fact('role', atom(actor.id), atom(role)));
  }

  /** The verdict on one target stage, or on every stage that an edge leads to. */
  verdicts(to: string | null): Verdict[] {
    const forward = this.#targets('edge');
    const rework = this.#targets('rework');
    const asked = to === null ? [...forward, ...rework] : [to];
    return asked.map((stage) => {
      if (forward.includes(stage)) return this.#verdict(stage, 'FORWARD', 'blocker', atom(stage));
      if (rework.includes(stage)) return this.#verdict(stage, 'REWORK', 'rework_blocker', atom(stage));
      return { to: stage, kind: 'NONE', allowed: false, blockers: [this.#noEdge(stage, [...forward, ...rework])] };
    });
  }

  /** Whether the actor may hold or cancel the sample where it stands. */
  action(predicate: 'hold_blocker' | 'cancel_blocker'): readonly Blocker[] {
    return this.#blockers(predicate, atom(this.#snapshot.actor.id));
  }

  #targets(predicate: 'edge' | 'rework'): string[] {
    const goal = struct(predicate, [atom(this.#snapshot.from), variable('To')]);
    const stages = this.#knowledge
      .candidates(goal)
      .map((clause) => clause.head)
      .filter((head) => argsOf(head)[0]?.kind === 'atom' && writeTerm(argsOf(head)[0]!) === writeTerm(goal.args[0]!));
    return stages.map((head) => writeTerm(argsOf(head)[1]!));
  }

  #verdict(to: string, kind: MoveKind, predicate: string, second: Term): Verdict {
    const blockers = this.#blockers(predicate, second);
    return { to, kind, allowed: blockers.length === 0, blockers };
  }

  #noEdge(to: string, possible: readonly string[]): Blocker {
    const stages = possible.map((stage) => stage.toUpperCase()).join(' or ');
    const from = this.#snapshot.from.toUpperCase();
    const advice = stages === '' ? `No move leads out of ${from}.` : `From ${from} a sample moves to ${stages}.`;
    const message = `There is no move from ${from} to ${to.toUpperCase()}. ${advice}`;
    return { code: 'NO_SUCH_MOVE', message, ruleId: 'core.can_transition', reason: 'no_such_move', missingFacts: [] };
  }

  /** Everything that stands in the way. A rule that cannot be evaluated stands in the way too. */
  #blockers(predicate: string, second: Term): Blocker[] {
    const reason = variable('Reason');
    const goal = struct(predicate, [this.#snapshot.sample, second, reason]);
    const engine = new Engine(this.#knowledge, { limits: DECISION_LIMITS, clock: this.#clock, steps: true });
    const found = new Map<string, Blocker>();
    try {
      engine.solve(goal, () => {
        const [proof] = buildProof(engine.steps, engine.budget);
        const term = copyTerm(reason, engine.budget);
        const text = writeTerm(term);
        if (proof !== undefined && !found.has(text)) found.set(text, this.#blocker(term, text, proof));
        return found.size >= LISTED;
      });
    } catch (error) {
      const failure = failedEvaluation(error);
      found.set(failure.code, failure);
    }
    return [...found.values()];
  }

  #blocker(reason: Term, text: string, proof: Proof): Blocker {
    const cause = this.#cause(proof);
    const value = deref(reason);
    const known = isCallable(value) ? this.#book.reason(keyOf(value)) : undefined;
    const ruleId = cause.ruleId ?? 'core.can_transition';
    if (known === undefined) {
      const name = isCallable(value) ? value.name : 'blocked';
      const code = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_') || 'BLOCKED';
      const message = `The laboratory's own rule gives the reason ${text}.`;
      return { code, message, ruleId, reason: text, missingFacts: this.#missing(proof) };
    }
    return {
      code: known.code,
      message: this.#fill(known.message, argsOf(value), (term) => plain(term)),
      ruleId,
      reason: text,
      missingFacts:
        known.missing?.map((template) => this.#fill(template, argsOf(value), wantedFact)) ?? this.#missing(proof),
    };
  }

  /** The proof of the rule that found the defect, where another rule only passes it on. */
  #cause(proof: Proof): Proof {
    const delegate = proof.ruleId === null ? undefined : this.#book.delegate(proof.ruleId);
    const found = proof.children.find(({ goal }) => isCallable(goal) && keyOf(goal) === delegate);
    return found ?? proof;
  }

  #missing(proof: Proof): readonly string[] {
    try {
      const own = this.#cause(proof);
      const facts = factsAgainst(this.#knowledge, own, DECISION_LIMITS, this.#clock);
      return facts.length > 0 || own === proof
        ? facts
        : factsAgainst(this.#knowledge, proof, DECISION_LIMITS, this.#clock);
    } catch (error) {
      // What would help is an extra: without it the refusal still stands.
      if (error instanceof BudgetStop || error instanceof RuleFault || error instanceof TermTooLarge) return [];
      throw error;
    }
  }

  #fill(template: string, args: readonly Term[], show: (term: Term) => string): string {
    return template.replace(/\{(sample|\d)(:test)?\}/g, (_, place: string, test?: string) => {
      const term = place === 'sample' ? this.#snapshot.sample : args[Number(place) - 1];
      if (term === undefined) return '?';
      return test === undefined ? show(term) : this.#testOf(term);
    });
  }

  /** The code of the test that an analysis is for: people know it, not the analysis' id. */
  #testOf(analysis: Term): string {
    const goal = struct('analysis', [analysis, variable(), variable()]);
    const text = writeTerm(analysis);
    const found = this.#knowledge.candidates(goal).find((clause) => writeTerm(argsOf(clause.head)[0]!) === text);
    return found === undefined ? plain(analysis) : plain(argsOf(found.head)[2]!);
  }
}

function plain(term: Term): string {
  const value = deref(term);
  if (value.kind === 'atom') return value.name;
  return value.kind === 'string' ? value.text : writeTerm(value);
}

function failedEvaluation(error: unknown): Blocker {
  const shared = { ruleId: 'core.can_transition', missingFacts: [] };
  if (error instanceof BudgetStop) {
    const message = `The rules took too long (${error.reason}): a laboratory manager should look at the last published version.`;
    return { ...shared, code: 'RULES_STOPPED', reason: 'rules_stopped', message };
  }
  if (error instanceof RuleFault || error instanceof TermTooLarge) {
    const message = `A rule cannot be evaluated: ${error.message} Mend the rule, or the fact it stumbled over.`;
    return { ...shared, code: 'RULES_FAILED', reason: 'rules_failed', message };
  }
  throw error;
}

/** An atom as it is written in a fact, for example a UUID in quotes. */
export function atomText(name: string): string {
  return quoteAtom(name);
}
