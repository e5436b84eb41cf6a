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

/** A rule has its text with it. */
interface ToldTree extends ProofTree {
  readonly text?: string;
  readonly children: readonly ToldTree[];
}

function told(node: ProofTree, rules: ReadonlyMap<string, Rule>): ToldTree {
  const rule = node.rule === undefined ? undefined : rules.get(node.rule);
  const children = node.children.map((child) => told(child, rules));
  return { ...node, ...(rule && { text: rule.text }), children };
}

/** Facts that stand are told with who asserted them, and when. */
export function telling(facts: readonly StandingFact[], names?: VariableNames): Telling {
  return new Telling(
    names,
    new Map(facts.map(({ id, assertedBy, assertedAt }) => [id, { by: assertedBy, at: assertedAt }])),
  );
}

function* ruleIdsIn(proofs: readonly Proof[]): Generator<string> {
  for (const { ruleId, children } of proofs) {
    if (ruleId !== null) yield ruleId;
    yield* ruleIdsIn(children);
  }
}

/** The rules that proofs name, by id; `given`: those that the question brought along, which are kept nowhere. */
export async function rulesIn(
  ctx: RulesContext,
  proofs: readonly Proof[],
  given: ReadonlyMap<string, Rule> = new Map(),
): Promise<ReadonlyMap<string, Rule>> {
  const rules = await findRules(ctx, [...new Set(ruleIdsIn(proofs))]);
  return new Map([...rules.map((rule) => [rule.id, rule] as const), ...given]);
}

export function toldProof(proofs: readonly Proof[], how: Telling, rules: ReadonlyMap<string, Rule>): ToldProof {
  return { text: proofText(proofs, how), tree: proofs.map((proof) => told(proofTree(proof, how), rules)) };
}
