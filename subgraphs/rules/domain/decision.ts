import { type Abducibles, ANY_FACT } from './abducibles.ts';
import { copyTerm } from './bindings.ts';
import type { Limits } from './budget.ts';
import { type Clause, compileClause } from './clause.ts';
import { Engine } from './engine.ts';
import { BudgetStop, RuleFault, type StopReason } from './faults.ts';
import { Knowledge } from './knowledge.ts';
import { buildProof, type Proof } from './proof.ts';
import { fillReason, plain, type ReasonBook } from './reason.ts';
import { atOnce, type Slices } from './slices.ts';
import { argsOf, atom, deref, float, isCallable, keyOf, struct, type Term, variable } from './term.ts';
import { factsAgainst } from './why-not.ts';
import { TermTooLarge, wantedFact, writeTerm } from './writer.ts';

/** One reason why something is not allowed. */
export interface Blocker {
  readonly code: string;
  readonly message: string;
  readonly ruleId: string;
  /** The reason as a term, for example `unverified(a3,1)`. */
  readonly reason: string;
  readonly missingFacts: readonly string[];
}

export const QUESTION_KINDS = ['ADVANCE', 'REWORK', 'CANCEL', 'HOLD'] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

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
  analysis_status/2 assigned_to/2 on_instrument/2 result/3 result_text/2 detect_limit/3 submitted_by/2 verified_by/2
  role/2 report/2 report_signed/2 published_at/2 parent/2 replaces/2 now/1 actor/1`.split(/\s+/),
);

const FACT = { kind: 'fact', id: null } as const;
/** A single decision meets far smaller limits than a question: a rule that runs wild must not hold up a batch. */
const DECISION_LIMITS: Limits = {
  inferences: 200_000,
  answers: 100,
  rows: 100_000,
  depth: 2_000,
  memory: 50,
  millis: 50,
};
const MAX_BLOCKERS = 100;
/** What is named where no single rule objects. */
const MOVES_RULE = 'core.can_transition';

function fact(name: string, ...args: Term[]): Clause {
  return compileClause(struct(name, args), [], FACT);
}

/** Decides about one sample. The knowledge beneath holds the rules and the laboratory's standing facts. */
export class Decision {
  readonly #knowledge: Knowledge;
  readonly #snapshot: Snapshot;
  readonly #book: ReasonBook;
  readonly #clock: () => number;

  readonly #abducible: Abducibles;

  /** `clock`: milliseconds, never backwards. */
  constructor(
    base: Knowledge,
    snapshot: Snapshot,
    book: ReasonBook,
    clock: () => number,
    abducible: Abducibles = ANY_FACT,
  ) {
    this.#abducible = abducible;
    this.#snapshot = snapshot;
    this.#book = book;
    this.#clock = clock;
    this.#knowledge = new Knowledge(base, RECORD_PREDICATES).addAll(snapshot.facts);
    this.#complete();
  }

  /** What the decision rests on. */
  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  /** The stage, the actor and the time belong to the question: they are added where the snapshot left them out. */
  #complete(): void {
    const { sample, from, actor, now } = this.#snapshot;
    const knowledge = this.#knowledge;
    const hasRoles = knowledge.has('role/2');
    if (!knowledge.has('stage/2')) knowledge.add(fact('stage', sample, atom(from)));
    if (!knowledge.has('sample/1')) knowledge.add(fact('sample', sample));
    if (!knowledge.has('now/1')) knowledge.add(fact('now', float(now)));
    knowledge.add(fact('actor', atom(actor.id)));
    if (!hasRoles) for (const role of actor.roles) knowledge.add(fact('role', atom(actor.id), atom(role)));
  }

  /** Everything that stands in the way; nothing: it is allowed. `to` is a stage in lower case. */
  blockers(kind: QuestionKind, to: string): readonly Blocker[] {
    return atOnce(this.deciding(kind, to));
  }

  /** `blockers` in slices. */
  deciding(kind: QuestionKind, to: string): Slices<readonly Blocker[]> {
    const actor = atom(this.#snapshot.actor.id);
    switch (kind) {
      case 'ADVANCE':
        return this.#move('edge/2', 'blocker', to);
      case 'REWORK':
        return this.#move('rework/2', 'rework_blocker', to);
      case 'CANCEL':
        return this.#find('cancel_blocker', actor);
      case 'HOLD':
        return this.#find('hold_blocker', actor);
    }
  }

  *#move(edges: string, predicate: string, to: string): Slices<readonly Blocker[]> {
    const heads = this.#knowledge.clausesOf(edges).map(({ head }) => argsOf(head).map(plain));
    const possible = heads.flatMap(([from, target]) => (from === this.#snapshot.from && target ? [target] : []));
    return possible.includes(to) ? yield* this.#find(predicate, atom(to)) : [this.#noSuchMove(to, possible)];
  }

  #noSuchMove(to: string, possible: readonly string[]): Blocker {
    const stages = possible.map((stage) => stage.toUpperCase()).join(' or ');
    const from = this.#snapshot.from.toUpperCase();
    const advice = stages === '' ? `No such move leads out of ${from}.` : `From ${from} it leads to ${stages}.`;
    const message = `There is no such move from ${from} to ${to.toUpperCase()}. ${advice}`;
    return { code: 'NO_SUCH_MOVE', message, ruleId: MOVES_RULE, reason: 'no_such_move', missingFacts: [] };
  }

  /** The reasons that the rules find. A rule that cannot be evaluated stands in the way, too. */
  *#find(predicate: string, second: Term): Slices<Blocker[]> {
    const reason = variable('Reason');
    const goal = struct(predicate, [this.#snapshot.sample, second, reason]);
    const engine = new Engine(this.#knowledge, { limits: DECISION_LIMITS, clock: this.#clock, steps: true });
    const found = new Map<string, { reason: Term; proof: Proof }>();
    const failures: Blocker[] = [];
    try {
      yield* engine.solving(goal, () => {
        const [proof] = buildProof(engine.steps, engine.budget);
        const term = copyTerm(reason, engine.budget);
        const text = writeTerm(term);
        if (proof !== undefined && !found.has(text)) found.set(text, { reason: term, proof });
        return found.size >= MAX_BLOCKERS;
      });
    } catch (error) {
      failures.push(failedBlocker(error));
    }
    const blockers: Blocker[] = [];
    for (const [text, { reason: term, proof }] of found) blockers.push(yield* this.#blocker(term, text, proof));
    return [...blockers, ...failures];
  }

  *#blocker(reason: Term, text: string, proof: Proof): Slices<Blocker> {
    const ruleId = this.#cause(proof).ruleId ?? MOVES_RULE;
    const value = deref(reason);
    const known = isCallable(value) ? this.#book.reason(keyOf(value)) : undefined;
    if (known === undefined) {
      const name = isCallable(value) ? value.name : 'blocked';
      const code = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_') || 'BLOCKED';
      const message = `A rule of the laboratory objects: ${text}.`;
      return { code, message, ruleId, reason: text, missingFacts: yield* this.#missing(proof) };
    }
    const places = {
      sample: this.#snapshot.sample,
      args: argsOf(value),
      testOf: (analysis: Term) => this.#testOf(analysis),
    };
    const missingFacts = known.missing?.map((template) => fillReason(template, { ...places, show: wantedFact }));
    return {
      code: known.code,
      message: fillReason(known.message, { ...places, show: plain }),
      ruleId,
      reason: text,
      missingFacts: missingFacts ?? (yield* this.#missing(proof)),
    };
  }

  /** The proof of the rule that found the defect, where another rule only passes it on. */
  #cause(proof: Proof): Proof {
    const ruleId = proof.overrides ?? proof.ruleId;
    const delegate = ruleId === null ? undefined : this.#book.delegate(ruleId);
    return proof.children.find(({ goal }) => isCallable(goal) && keyOf(goal) === delegate) ?? proof;
  }

  /** What would help is an extra: where it cannot be found, the refusal still stands. */
  *#missing(proof: Proof): Slices<readonly string[]> {
    const why = { limits: DECISION_LIMITS, clock: this.#clock, abducible: this.#abducible };
    const causes = [...new Set([this.#cause(proof), proof])];
    for (const cause of causes) {
      const facts = yield* withoutFailing(factsAgainst(this.#knowledge, cause, why));
      if (facts !== null && facts.length > 0) return facts;
    }
    return [];
  }

  /** People know an analysis by its test, not by its id. */
  #testOf(analysis: Term): string {
    const id = plain(analysis);
    const heads = this.#knowledge.clausesOf('analysis/3').map(({ head }) => argsOf(head).map(plain));
    return heads.find(([known]) => known === id)?.[2] ?? id;
  }
}

function isEvaluationFailure(error: unknown): error is BudgetStop | RuleFault | TermTooLarge {
  return error instanceof BudgetStop || error instanceof RuleFault || error instanceof TermTooLarge;
}

function* withoutFailing<T>(work: Slices<T>): Slices<T | null> {
  try {
    return yield* work;
  } catch (error) {
    if (isEvaluationFailure(error)) return null;
    throw error;
  }
}

/** Nothing is allowed that could not be decided within its limits. */
export function stoppedBlocker(reason: StopReason): Blocker {
  const message = `The rules could not be evaluated within their limits (${reason}): try fewer at a time, or have the rules that were published last looked at.`;
  return { code: 'RULES_STOPPED', message, ruleId: MOVES_RULE, reason: 'rules_stopped', missingFacts: [] };
}

function failedBlocker(error: unknown): Blocker {
  if (!isEvaluationFailure(error)) throw error;
  if (error instanceof BudgetStop) return stoppedBlocker(error.reason);
  const message = `A rule cannot be evaluated: ${error.message} Mend the rule, or the fact it stumbled over.`;
  return { code: 'RULES_FAILED', message, ruleId: MOVES_RULE, reason: 'rules_failed', missingFacts: [] };
}
