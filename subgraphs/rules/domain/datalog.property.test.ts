import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Proof, proofTree } from './proof.ts';
import { askText, knowledgeOf } from './testing.ts';

/** The engine against a second, much simpler one: random rules without structures, with negation in layers. */

const CONSTANTS = ['a', 'b', 'c'] as const;
const VARIABLES = ['X', 'Y', 'Z'] as const;
const FACTS = ['e', 'f'] as const;
const LOWER = ['p', 'q'] as const;
const UPPER = ['r', 's'] as const;

interface Literal {
  readonly name: string;
  readonly args: readonly [string, string];
  readonly negative: boolean;
}
interface Rule {
  readonly head: Literal;
  readonly body: readonly Literal[];
}
interface Theory {
  readonly facts: readonly string[];
  readonly rules: readonly Rule[];
}

const argument = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...VARIABLES) }, fc.constantFrom(...CONSTANTS));
const pair = fc.tuple(argument, argument);

function isVariable(arg: string): boolean {
  return /^[A-Z]/.test(arg);
}

/** Rules whose variables all stand in a positive literal before they are negated or concluded. */
function rulesFor(
  heads: readonly string[],
  positive: readonly string[],
  negated: readonly string[],
): fc.Arbitrary<Rule[]> {
  const positives = fc.array(fc.tuple(fc.constantFrom(...positive), pair), { minLength: 1, maxLength: 3 });
  const rule = fc
    .tuple(
      fc.constantFrom(...heads),
      positives,
      fc.array(fc.tuple(fc.constantFrom(...negated), pair), { maxLength: 1 }),
      pair,
    )
    .map(([name, some, none, headArgs]): Rule => {
      const bound: string[] = some.flatMap(([, args]) => args).filter(isVariable);
      const known = (arg: string) => (isVariable(arg) && !bound.includes(arg) ? (bound[0] ?? 'a') : arg);
      const safe = ([x, y]: readonly [string, string]) => [known(x), known(y)] as const;
      return {
        head: { name, args: safe(headArgs), negative: false },
        body: [
          ...some.map(([n, args]) => ({ name: n, args, negative: false })),
          ...none.map(([n, args]) => ({ name: n, args: safe(args), negative: true })),
        ],
      };
    });
  return fc.array(rule, { minLength: 1, maxLength: 4 });
}

const constants = fc.constantFrom(...CONSTANTS);
const theory: fc.Arbitrary<Theory> = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(fc.constantFrom(...FACTS), constants, constants).map(([n, x, y]) => `${n}(${x},${y})`),
      { minLength: 2, maxLength: 7 },
    ),
    rulesFor(LOWER, [...FACTS, ...LOWER], FACTS),
    rulesFor(UPPER, [...FACTS, ...LOWER, ...UPPER], [...FACTS, ...LOWER]),
  )
  .map(([facts, lower, upper]) => ({ facts, rules: [...lower, ...upper] }));

function literalText({ name, args, negative }: Literal, values: ReadonlyMap<string, string> = new Map()): string {
  const text = `${name}(${args.map((arg) => values.get(arg) ?? arg).join(',')})`;
  return negative ? `\\+${text}` : text;
}

function programOf({ facts, rules }: Theory): string {
  const clauses = rules.map(
    ({ head, body }) => `${literalText(head)} :- ${body.map((part) => literalText(part)).join(', ')}.`,
  );
  return [':- table p/2, q/2, r/2, s/2.', ...facts.map((fact) => `${fact}.`), ...clauses].join('\n');
}

/** Every way to give the three variables values. */
const ASSIGNMENTS: readonly ReadonlyMap<string, string>[] = CONSTANTS.flatMap((x) =>
  CONSTANTS.flatMap((y) =>
    CONSTANTS.map(
      (z) =>
        new Map([
          ['X', x],
          ['Y', y],
          ['Z', z],
        ]),
    ),
  ),
);

/** Everything that is true, found by trying all values until nothing new comes: lower layer first. */
function modelOf({ facts, rules }: Theory): Set<string> {
  const model = new Set(facts);
  for (const layer of [LOWER, UPPER] as readonly (readonly string[])[]) {
    const own = rules.filter(({ head }) => layer.includes(head.name));
    for (let before = -1; before < model.size; ) {
      before = model.size;
      for (const { head, body } of own) {
        for (const values of ASSIGNMENTS) {
          const holds = body.every(
            (part) => model.has(literalText({ ...part, negative: false }, values)) !== part.negative,
          );
          if (holds) model.add(literalText(head, values));
        }
      }
    }
  }
  return model;
}

function answers(program: string, goal: string): string[] {
  return askText(knowledgeOf(program), goal, { inferences: 5_000_000, answers: 10_000 }).answers.map(
    ({ text }) => text,
  );
}

const QUESTIONS = [
  ['X', 'Y'],
  ['a', 'Y'],
  ['X', 'b'],
  ['c', 'a'],
  ['X', 'X'],
] as const;

test('property: the tabled answers are exactly what is true, each once', () => {
  fc.assert(
    fc.property(theory, (one) => {
      const program = programOf(one);
      const model = modelOf(one);
      for (const name of [...LOWER, ...UPPER]) {
        for (const args of QUESTIONS) {
          const asked = { name, args, negative: false };
          const wanted = new Set(ASSIGNMENTS.map((values) => literalText(asked, values)));
          expect(answers(program, literalText(asked)).toSorted()).toEqual(
            [...wanted].filter((atom) => model.has(atom)).toSorted(),
          );
        }
      }
    }),
    { numRuns: 150 },
  );
});

/** Whether a proof is one, step by step, without the engine. */
function isProof(proof: ReturnType<typeof proofTree>, { facts, rules }: Theory, model: ReadonlySet<string>): boolean {
  switch (proof.kind) {
    case 'FACT':
      return facts.includes(proof.goal);
    case 'ABSENT':
      return !model.has(proof.goal.replace(/^\\\+/, ''));
    case 'BUILTIN':
      return false;
    case 'RULE': {
      const rule = rules[Number(proof.rule?.slice(1)) - 1];
      const goals = proof.children.map(({ goal }) => goal);
      const applies = ASSIGNMENTS.some(
        (values) =>
          rule !== undefined &&
          literalText(rule.head, values) === proof.goal &&
          rule.body.map((part) => literalText(part, values)).join(';') === goals.join(';'),
      );
      return applies && proof.children.every((child) => isProof(child, { facts, rules }, model));
    }
  }
}

test('property: every proof checks step by step', () => {
  fc.assert(
    fc.property(theory, fc.constantFrom(...LOWER, ...UPPER), fc.nat({ max: 8 }), (one, name, number) => {
      const knowledge = knowledgeOf(programOf(one));
      const found = askText(knowledge, `${name}(X, Y)`, { inferences: 5_000_000 }, undefined, number).answers[number];
      if (found === undefined) return;
      const [proof] = found.proof as Proof[];
      expect(proof && isProof(proofTree(proof), one, modelOf(one))).toBe(true);
      expect(proof && proofTree(proof).goal).toBe(found.text);
    }),
    { numRuns: 150 },
  );
});
