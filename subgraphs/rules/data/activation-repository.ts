import type { Activation } from '../domain/activation.ts';
import type { RulesReader, RulesTx } from './client.ts';
import type { RuleActivation as Row } from './prisma.generated/client.ts';

function toActivation({ organizationId: _, signatureChecked: __, ...activation }: Row): Activation {
  return activation;
}

/** A signature is one that accounts knew. @throws when it stands under another activation of the organization already */
export async function createActivation(tx: RulesTx, organizationId: string, activation: Activation): Promise<void> {
  await tx.ruleActivation.createMany({
    data: [{ ...activation, organizationId, signatureChecked: activation.signatureId !== null }],
  });
}

/** One row more than `first`, newest first, behind (that is, before) the activation at `after`. */
export async function listActivations(
  tx: RulesReader,
  organizationId: string,
  ruleSet: string,
  first: number,
  after: Pick<Activation, 'at' | 'id'> | null,
): Promise<Activation[]> {
  const behind = after === null ? {} : { OR: [{ at: { lt: after.at } }, { at: after.at, id: { lt: after.id } }] };
  const rows = await tx.ruleActivation.findMany({
    where: { organizationId, ruleSet, ...behind },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toActivation);
}

export function countActivations(tx: RulesReader, organizationId: string, ruleSet: string): Promise<number> {
  return tx.ruleActivation.count({ where: { organizationId, ruleSet } });
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
  return row === null ? null : toActivation(row);
}

/** The activation under which a signature stands; null when it was not used. */
export async function findSignedActivation(
  tx: RulesReader,
  organizationId: string,
  signatureId: string,
): Promise<Activation | null> {
  const row = await tx.ruleActivation.findFirst({ where: { organizationId, signatureId } });
  return row === null ? null : toActivation(row);
}
