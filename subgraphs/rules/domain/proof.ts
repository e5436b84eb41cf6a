import { copyTerm } from './bindings.ts';
import type { Budget } from './budget.ts';
import type { Step } from './environment.ts';
import { isCallable, keyOf, type Term, type Variable } from './term.ts';
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

function overriding({ overrides }: Proof): string {
  return overrides === null ? '' : `, which overrides the shipped ${overrides}`;
}

function sentence(proof: Proof, names: VariableNames): string {
  const goal = writeTerm(proof.goal, names);
  switch (proof.kind) {
    case 'RULE':
      return `${goal}, by rule ${proof.ruleId ?? '(unnamed)'}${overriding(proof)}, because`;
    case 'FACT':
      return `${goal}, a fact`;
    case 'ABSENT':
      return `${goal}: nothing known makes it true`;
    case 'BUILTIN':
      return `${goal}, by calculation`;
  }
}

/** The proof as an indented text for people. */
export function proofText(proofs: readonly Proof[], names = new VariableNames(), indent = ''): string {
  return proofs
    .map((proof) => {
      const line = `${indent}${sentence(proof, names)}`;
      return proof.children.length === 0
        ? line.replace(/, because$/, '')
        : `${line}\n${proofText(proof.children, names, `${indent}  `)}`;
    })
    .join('\n');
}

/** The proof as plain data: `{kind, goal, rule?, overrides?, fact?, children}`. */
export interface ProofTree {
  readonly kind: Proof['kind'];
  readonly goal: string;
  readonly predicate: string | null;
  readonly rule?: string;
  readonly overrides?: string;
  readonly fact?: string;
  readonly children: readonly ProofTree[];
}

export function proofTree(proof: Proof, names = new VariableNames()): ProofTree {
  return {
    kind: proof.kind,
    goal: writeTerm(proof.goal, names),
    predicate: isCallable(proof.goal) ? keyOf(proof.goal) : null,
    ...(proof.ruleId === null ? {} : { rule: proof.ruleId }),
    ...(proof.overrides === null ? {} : { overrides: proof.overrides }),
    ...(proof.factId === null ? {} : { fact: proof.factId }),
    children: proof.children.map((child) => proofTree(child, names)),
  };
}
