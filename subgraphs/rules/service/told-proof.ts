import { type Proof, type ProofTree, proofText, proofTree, Telling } from '../domain/proof.ts';
import type { Rule } from '../domain/rule.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import type { VariableNames } from '../domain/writer.ts';

/** A proof as a text for people and as data for programs. */
export interface ToldProof {
  readonly text: string;
  readonly tree: readonly ToldTree[];
}

/** A rule that the question brought along has its text with it: nobody could look it up. */
interface ToldTree extends ProofTree {
  readonly text?: string;
  readonly children: readonly ToldTree[];
}

function told(node: ProofTree, given: ReadonlyMap<string, Rule>): ToldTree {
  const rule = node.rule === undefined ? undefined : given.get(node.rule);
  const children = node.children.map((child) => told(child, given));
  return { ...node, ...(rule && { text: rule.text }), children };
}

/** Facts that stand are told with who asserted them, and when. */
export function telling(facts: readonly StandingFact[], names?: VariableNames): Telling {
  return new Telling(
    names,
    new Map(facts.map(({ id, assertedBy, assertedAt }) => [id, { by: assertedBy, at: assertedAt }])),
  );
}

/** `given`: the rules that the question brought along, by id. */
export function toldProof(
  proofs: readonly Proof[],
  how = new Telling(),
  given: ReadonlyMap<string, Rule> = new Map(),
): ToldProof {
  return { text: proofText(proofs, how), tree: proofs.map((proof) => told(proofTree(proof, how), given)) };
}
