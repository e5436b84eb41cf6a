import type { RulesReader, RulesTx } from './client.ts';

/** A version came into force; number 0 stands for the shipped rules alone. */
export interface Activation {
  readonly id: string;
  readonly ruleSet: string;
  readonly number: number;
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  readonly signatureId: string | null;
}

export async function createActivation(tx: RulesTx, organizationId: string, activation: Activation): Promise<void> {
  await tx.ruleActivation.createMany({ data: [{ ...activation, organizationId }] });
}

/** The last activation of a set until `at`; null when there was none. */
export async function findActivationAt(
  tx: RulesReader,
  organizationId: string,
  ruleSet: string,
  at: Date,
): Promise<Activation | null> {
  const row = await tx.ruleActivation.findFirst({
    where: { organizationId, ruleSet, at: { lte: at } },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
  });
  if (row === null) return null;
  const { organizationId: _, ...activation } = row;
  return activation;
}
