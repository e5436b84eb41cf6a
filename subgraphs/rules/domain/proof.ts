import { copyTerm } from './bindings.ts';
import type { Budget } from './budget.ts';
import { ComparedSides } from './compared-sides.ts';
import type { Step } from './environment.ts';
import { conversionText, conversionTold, type ToldConversion } from './quantities.ts';
import { argsOf, isCallable, keyOf, struct, type Term, type Variable } from './term.ts';
import { VariableNames, writeTerm } from './writer.ts';

/** Why an answer holds. `ABSENT` stands for a negation: nothing was found that would make its goal true. */
export interface Proof {
  readonly kind: 'RULE' | 'FACT' | 'ABSENT' | 'BUILTIN';
  /** The goal with the values of this answer. */
  readonly goal: Term;
  readonly ruleId: string | null;
  /** The shipped rule in whose place the rule stands. */
  readonly overrides: string | null;
  readonly factId: string | null;
  readonly children: readonly Proof[];
}

/** Deeper parts of a proof are left out: a reader gains nothing from them, and they would not fit an answer. */
const MAX_DEPTH = 100;

interface MutableProof extends Proof {
  readonly children: Proof[];
}

function proofOf({ goal, by }: Step, budget: Budget, renamed: Map<Variable, Variable>): MutableProof {
  if (typeof by === 'string') return leaf(by === 'absent' ? 'ABSENT' : 'BUILTIN', copyTerm(goal, budget, renamed));
  if ('kind' in by) return { ...by, children: [...by.children] };
  const { origin } = by;
  return {
    kind: origin.kind === 'fact' ? 'FACT' : 'RULE',
    goal: copyTerm(goal, budget, renamed),
    ruleId: origin.kind === 'rule' ? origin.id : null,
    overrides: origin.overrides ?? null,
    factId: origin.kind === 'fact' ? origin.id : null,
    children: [],
  };
}

function leaf(kind: Proof['kind'], goal: Term): MutableProof {
  return { kind, goal, ruleId: null, overrides: null, factId: null, children: [] };
}

/**
 * The proofs of the goals of the answer at hand, one per conjunct: call while its bindings stand. Only steps newer than
 * `since` are looked at. `renamed`: the copies of variables that stand elsewhere, too. @throws BudgetStop
 */
export function buildProof(
  newest: Step | null,
  budget: Budget,
  since: Step | null = null,
  renamed: Map<Variable, Variable> = new Map(),
): Proof[] {
  const steps: Step[] = [];
  for (let step = newest; step !== null && step !== since; step = step.previous) steps.push(step);
  const placed = new Map<Step, { proof: MutableProof; depth: number }>();
  const roots: Proof[] = [];
  for (const step of steps.reverse()) {
    // What was asked for before `since` is not part of this: its goals stand at the top.
    const inside = step.parent !== null && (since === null || step.parent.count > since.count);
    const parent = inside ? placed.get(step.parent!) : undefined;
    const depth = parent === undefined ? 0 : parent.depth + 1;
    if (depth > MAX_DEPTH || (inside && parent === undefined)) continue;
    const proof = proofOf(step, budget, renamed);
    placed.set(step, { proof, depth });
    (parent?.proof.children ?? roots).push(proof);
  }
  return roots;
}

/** Who asserted a fact, and when. */
export interface Assertion {
  readonly by: string;
  readonly at: Date;
}

/** How proofs are told: what is told with one of these belongs together. */
export class Telling {
  readonly names: VariableNames;
  readonly sides = new ComparedSides();
  readonly #assertions: ReadonlyMap<string, Assertion>;

  /** `assertions`: of standing facts, by their ids. */
  constructor(names = new VariableNames(), assertions: ReadonlyMap<string, Assertion> = new Map()) {
    this.names = names;
    this.#assertions = assertions;
  }

  assertionOf({ factId }: Proof): Assertion | undefined {
    return factId === null ? undefined : this.#assertions.get(factId);
  }

  text(term: Term): string {
    return writeTerm(term, this.names);
  }
}

function overriding({ overrides }: Proof): string {
  return overrides === null ? '' : `, which overrides the shipped ${overrides}`;
}

function asserted({ by, at }: Assertion): string {
  return ` asserted by ${by} at ${at.toISOString()}`;
}

/** `7>5 (3+4>5)`: a comparison of calculations with their values. */
function compared(goal: Term, telling: Telling): string {
  const written = telling.text(goal);
  const sides = telling.sides.of(goal);
  if (sides === null || !isCallable(goal) || goal.name === 'is') return written;
  const values = telling.text(struct(goal.name, sides));
  return values === written ? written : `${values} (${written})`;
}

function sentence(proof: Proof, telling: Telling): string {
  const goal = telling.text(proof.goal);
  switch (proof.kind) {
    case 'RULE':
      return `${goal}, by rule ${proof.ruleId ?? '(unnamed)'}${overriding(proof)}, because`;
    case 'FACT': {
      const assertion = telling.assertionOf(proof);
      return `${goal}, a fact${assertion === undefined ? '' : asserted(assertion)}`;
    }
    case 'ABSENT':
      return `${goal}: nothing known makes it true`;
    case 'BUILTIN': {
      const conversion = conversionTold(proof.goal);
      return conversion === null
        ? `${compared(proof.goal, telling)}, by calculation`
        : `${goal}, ${conversionText(conversion)}`;
    }
  }
}

/** The proof as an indented text for people. */
export function proofText(proofs: readonly Proof[], telling = new Telling(), indent = ''): string {
  return proofs
    .map((proof) => {
      const line = `${indent}${sentence(proof, telling)}`;
      return proof.children.length === 0
        ? line.replace(/, because$/, '')
        : `${line}\n${proofText(proof.children, telling, `${indent}  `)}`;
    })
    .join('\n');
}

/** The proof as plain data. */
export interface ProofTree {
  readonly kind: Proof['kind'];
  readonly goal: string;
  readonly predicate: string | null;
  readonly rule?: string;
  readonly overrides?: string;
  readonly fact?: string;
  /** Of a standing fact: the person's id, and an instant in UTC as RFC 3339. */
  readonly assertedBy?: string;
  readonly assertedAt?: string;
  /** Of a comparison: the values of both sides. */
  readonly left?: string;
  readonly right?: string;
  /** Of a negation: what was searched for in vain. */
  readonly absent?: string;
  /** Of a goal that gave a quantity another unit. */
  readonly conversion?: ToldConversion;
  readonly children: readonly ProofTree[];
}

/** What a node tells beside its goal. */
function details(proof: Proof, telling: Telling): Partial<ProofTree> {
  switch (proof.kind) {
    case 'RULE':
      return {
        ...(proof.ruleId === null ? {} : { rule: proof.ruleId }),
        ...(proof.overrides === null ? {} : { overrides: proof.overrides }),
      };
    case 'FACT': {
      const assertion = telling.assertionOf(proof);
      return {
        ...(proof.factId === null ? {} : { fact: proof.factId }),
        ...(assertion && { assertedBy: assertion.by, assertedAt: assertion.at.toISOString() }),
      };
    }
    case 'ABSENT': {
      const [absent] = argsOf(proof.goal);
      return absent === undefined ? {} : { absent: telling.text(absent) };
    }
    case 'BUILTIN': {
      const conversion = conversionTold(proof.goal);
      if (conversion !== null) return { conversion };
      const sides = telling.sides.of(proof.goal);
      return sides === null ? {} : { left: telling.text(sides[0]), right: telling.text(sides[1]) };
    }
  }
}

export function proofTree(proof: Proof, telling = new Telling()): ProofTree {
  return {
    kind: proof.kind,
    goal: telling.text(proof.goal),
    predicate: isCallable(proof.goal) ? keyOf(proof.goal) : null,
    ...details(proof, telling),
    children: proof.children.map((child) => proofTree(child, telling)),
  };
}
