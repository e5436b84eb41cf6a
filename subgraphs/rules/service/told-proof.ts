import { type Proof, type ProofTree, proofText, proofTree } from '../domain/proof.ts';

/** A proof as a text for people and as data for programs. */
export interface ToldProof {
  readonly text: string;
  readonly tree: readonly ProofTree[];
}

export function toldProof(proofs: readonly Proof[]): ToldProof {
  return { text: proofText(proofs), tree: proofs.map(proofTree) };
}
