import type { RulesContext } from '../context.ts';
import { type Proof, type ProofTree, proofText, proofTree, Telling } from '../domain/proof.ts';
import type { Rule } from '../domain/rule.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import type { VariableNames } from '../domain/writer.ts';
import { findRules } from './rules.ts';

/** A proof as a text for people and as data for programs. */
export interface ToldProof {
  readonly text: string;
  readonly tree: readonly ToldTree[];
}

/** A rule has its text where it is first named, and is `given` when the question brought it along. */
interface ToldTree extends ProofTree {
  readonly text?: string;
  readonly given?: true;
  readonly children: readonly ToldTree[];
}

/** What is known of the rules that proofs name, by id; `given`: those that the question brought along. */
export interface NamedRules {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly given: ReadonlyMap<string, Rule>;
}

/** `first`: the rules that have not been told yet. */
function told(node: ProofTree, { rules, given }: NamedRules, first: Set<string>): ToldTree {
  const id = node.rule ?? '';
  const rule = given.get(id) ?? rules.get(id);
  const text = rule !== undefined && first.delete(id) ? rule.text : null;
  return {
    ...node,
    ...(text !== null && { text }),
    ...(given.has(id) && { given: true }),
    children: node.children.map((child) => told(child, { rules, given }, first)),
  };
}

type Assertions = ConstructorParameters<typeof Telling>[1];

/** By the facts of an image: verdict after verdict is proved by the same ones. */
const assertions = new WeakMap<readonly StandingFact[], Assertions>();

/** Facts that stand are told with who asserted them, and when. */
export function telling(facts: readonly StandingFact[], names?: VariableNames): Telling {
  let known = assertions.get(facts);
  if (known === undefined) {
    known = new Map(facts.map(({ id, assertedBy, assertedAt }) => [id, { by: assertedBy, at: assertedAt }]));
    assertions.set(facts, known);
  }
  return new Telling(names, known);
}

function* ruleIdsIn(proofs: readonly Proof[]): Generator<string> {
  for (const { ruleId, children } of proofs) {
    if (ruleId !== null) yield ruleId;
    yield* ruleIdsIn(children);
  }
}

export async function rulesIn(
  ctx: RulesContext,
  proofs: readonly Proof[],
  given: ReadonlyMap<string, Rule> = new Map(),
): Promise<NamedRules> {
  const rules = await findRules(ctx, [...new Set(ruleIdsIn(proofs))]);
  return { rules: new Map(rules.map((rule) => [rule.id, rule])), given };
}

export function toldProof(proofs: readonly Proof[], how: Telling, named: NamedRules): ToldProof {
  const text = proofText(proofs, how);
  how.again();
  const first = new Set([...named.rules.keys(), ...named.given.keys()]);
  return { text, tree: proofs.map((proof) => told(proofTree(proof, how), named, first)) };
}
