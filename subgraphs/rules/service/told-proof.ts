import { type Proof, type ProofTree, proofText, proofTree } from '../domain/proof.ts';
import type { Rule } from '../domain/rule.ts';
import { VariableNames } from '../domain/writer.ts';

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

/** `names`: how the answer calls its unbound variables. */
export function toldProof(
  proofs: readonly Proof[],
  names = new VariableNames(),
  given: ReadonlyMap<string, Rule> = new Map(),
): ToldProof {
  return { text: proofText(proofs, names), tree: proofs.map((proof) => told(proofTree(proof, names), given)) };
}
