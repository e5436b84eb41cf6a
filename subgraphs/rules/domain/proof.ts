import { copyTerm, type Frame } from './bindings.ts';
import type { Budget } from './budget.ts';
import type { Clause } from './clause.ts';
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
  /** The variables of the rule; null where it has none. */
  readonly variables: RuleVariables | null;
  readonly children: readonly Proof[];
}

/** The variables of a rule as they were written, each with what it stood for; undefined where that was never asked. */
export interface RuleVariables {
  readonly names: readonly string[];
  readonly values: readonly (Term | undefined)[];
}

/** Deeper parts of a proof are left out: a reader gains nothing from them, and they would not fit an answer. */
const MAX_DEPTH = 100;

interface MutableProof extends Proof {
  readonly children: Proof[];
}

function variablesOf(
  { names }: Clause,
  vars: Frame | null,
  budget: Budget,
  renamed: Map<Variable, Variable>,
): RuleVariables | null {
  if (vars === null || names.length === 0) return null;
  const values = names.map((_, i) => vars[i] && copyTerm(vars[i], budget, renamed));
  return { names, values };
}

function proofOf(
  by: Clause | 'absent' | 'builtin',
  { goal, vars }: Step,
  budget: Budget,
  renamed: Map<Variable, Variable>,
): MutableProof {
  if (typeof by === 'string') {
    return goalProof(by === 'absent' ? 'ABSENT' : 'BUILTIN', copyTerm(goal, budget, renamed), []);
  }
  return clauseProof(by, copyTerm(goal, budget, renamed), variablesOf(by, vars, budget, renamed), []);
}

/** The proof of a goal by a rule or a fact. */
export function clauseProof<Children extends readonly Proof[]>(
  { origin }: Clause,
  goal: Term,
  variables: RuleVariables | null,
  children: Children,
): Proof & { readonly children: Children } {
  const isFact = origin.kind === 'fact';
  return {
    kind: isFact ? 'FACT' : 'RULE',
    goal,
    ruleId: isFact ? null : origin.id,
    overrides: origin.overrides ?? null,
    factId: isFact ? origin.id : null,
    variables,
    children,
  };
}

/** The proof of a goal that no clause proves. */
export function goalProof<Children extends readonly Proof[]>(
  kind: 'ABSENT' | 'BUILTIN',
  goal: Term,
  children: Children,
): Proof & { readonly children: Children } {
  return { kind, goal, ruleId: null, overrides: null, factId: null, variables: null, children };
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
    const siblings = parent?.proof.children ?? roots;
    if (typeof step.by !== 'string' && 'kind' in step.by) {
      siblings.push(step.by);
      continue;
    }
    const proof = proofOf(step.by, step, budget, renamed);
    placed.set(step, { proof, depth });
    siblings.push(proof);
  }
  return roots;
}

/** Who asserted a fact, and when. */
export interface Assertion {
  readonly by: string;
  readonly at: Date;
}

/** Characters of goals that proofs are told with: nobody reads more, and telling holds the process. */
const MAX_TOLD = 500_000;
/** What is told around each goal. */
const NODE_ROOM = 100;

/** How proofs are told: what is told with one of these belongs together. */
export class Telling {
  readonly names: VariableNames;
  readonly sides = new ComparedSides();
  readonly #assertions: ReadonlyMap<string, Assertion>;
  #room = MAX_TOLD;

  /** `assertions`: of standing facts, by their ids. */
  constructor(names = new VariableNames(), assertions: ReadonlyMap<string, Assertion> = new Map()) {
    this.names = names;
    this.#assertions = assertions;
  }

  assertionOf({ factId }: Proof): Assertion | undefined {
    return factId === null ? undefined : this.#assertions.get(factId);
  }

  text(term: Term): string {
    const written = writeTerm(term, this.names);
    this.#room -= written.length + NODE_ROOM;
    return written;
  }

  /** Begins to tell once more, in another form. */
  again(): void {
    this.#room = MAX_TOLD;
  }

  /** Whether what has been told is as much as one answer may hold. */
  get full(): boolean {
    return this.#room < 0;
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

/** Proofs as an indented text for people, cut where it becomes too long. */
export function proofText(proofs: readonly Proof[], telling = new Telling(), indent = ''): string {
  const lines: string[] = [];
  for (const proof of proofs) {
    if (telling.full) {
      lines.push(`${indent}… (too long to be told whole)`);
      break;
    }
    const line = `${indent}${sentence(proof, telling)}`;
    const isLeaf = proof.children.length === 0;
    lines.push(isLeaf ? line.replace(/, because$/, '') : line);
    if (!isLeaf) lines.push(proofText(proof.children, telling, `${indent}  `));
  }
  return lines.join('\n');
}

/** The proof as plain data. */
export interface ProofTree {
  readonly kind: Proof['kind'];
  readonly goal: string;
  readonly predicate: string | null;
  readonly rule?: string;
  readonly overrides?: string;
  /** What the variables of a rule stand for, by their names: those that have a value and a name. */
  readonly bindings?: Readonly<Record<string, string>>;
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
  /** True where not all children are told: the proof is too long. */
  readonly cut?: true;
  readonly children: readonly ProofTree[];
}

function bindingsOf({ names, values }: RuleVariables, telling: Telling): Record<string, string> {
  const told = names.flatMap((name, i) => {
    const value = values[i];
    return name.startsWith('_') || value === undefined || value.kind === 'var' ? [] : [[name, telling.text(value)]];
  });
  return Object.fromEntries(told);
}

/** What a node tells beside its goal. */
function details(proof: Proof, telling: Telling): Partial<ProofTree> {
  switch (proof.kind) {
    case 'RULE':
      return {
        ...(proof.ruleId === null ? {} : { rule: proof.ruleId }),
        ...(proof.overrides === null ? {} : { overrides: proof.overrides }),
        ...(proof.variables && { bindings: bindingsOf(proof.variables, telling) }),
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
  const node = {
    kind: proof.kind,
    goal: telling.text(proof.goal),
    predicate: isCallable(proof.goal) ? keyOf(proof.goal) : null,
    ...details(proof, telling),
  };
  const children: ProofTree[] = [];
  for (const child of proof.children) {
    if (telling.full) return { ...node, cut: true, children };
    children.push(proofTree(child, telling));
  }
  return { ...node, children };
}
