import type { Query } from '#platform/database/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { RuleSetVersion } from '../domain/rule.ts';
import { type StandingFact, textHash } from '../domain/standing-fact.ts';
import type { RulesReader, RulesTx } from './client.ts';
import { type Fact as FactRow, Prisma, type RuleSetVersion as VersionRow } from './prisma.generated/client.ts';

function onlyUuids(ids: readonly string[]): string[] {
  return ids.filter(isId);
}

function toFact({ organizationId: _, textHash: __, ...row }: FactRow): StandingFact {
  return row;
}

function toVersion({ organizationId: _, ...row }: VersionRow): RuleSetVersion {
  // The columns hold only what `createVersion` and `setStatus` wrote.
  return row as unknown as RuleSetVersion;
}

/** The present state of an organization's knowledge; 0 before its first change. */
export async function findEpoch(query: Query, organizationId: string): Promise<bigint> {
  const [row] = await query<{ epoch: bigint }>(
    Prisma.sql`SELECT epoch FROM knowledge_epoch WHERE organization_id = ${organizationId}::uuid`,
    { together: true },
  );
  return row?.epoch ?? 0n;
}

/** Begins a change: others wait until it is done. Call it before anything is looked at. */
export async function lockKnowledge(tx: RulesTx, organizationId: string): Promise<void> {
  await tx.$queryRaw`
    INSERT INTO knowledge_epoch (organization_id, epoch) VALUES (${organizationId}::uuid, 1)
    ON CONFLICT (organization_id) DO UPDATE SET epoch = knowledge_epoch.epoch + 1 RETURNING 1 AS locked`;
}

function validAt(at: Date): Prisma.FactWhereInput {
  return { validFrom: { lte: at }, OR: [{ validTo: null }, { validTo: { gt: at } }] };
}

/** Facts that are true at `at` or will become true later. */
export async function findFactsFrom(tx: RulesReader, organizationId: string, at: Date): Promise<StandingFact[]> {
  const rows = await tx.fact.findMany({
    where: { organizationId, OR: [{ validTo: null }, { validTo: { gt: at } }] },
    orderBy: { id: 'asc' },
  });
  return rows.map(toFact);
}

/** Facts that were known and true at `at`. */
export async function findFactsAt(tx: RulesReader, organizationId: string, at: Date): Promise<StandingFact[]> {
  const rows = await tx.fact.findMany({
    where: { organizationId, assertedAt: { lte: at }, ...validAt(at) },
    orderBy: { id: 'asc' },
  });
  return rows.map(toFact);
}

export interface FactFilter {
  readonly organizationId: string;
  readonly at: Date;
  /** `name/arity`, or a name alone; null: every predicate. */
  readonly predicate: string | null;
}

function filterFacts({ organizationId, at, predicate }: FactFilter): Prisma.FactWhereInput {
  const wanted = predicate === null ? {} : predicateFilter(predicate);
  return { organizationId, AND: [validAt(at), wanted] };
}

function predicateFilter(predicate: string): Prisma.FactWhereInput {
  // startsWith becomes LIKE, in which these characters would stand for others.
  const name = predicate.replace(/[\\%_]/g, '\\$&');
  return { OR: [{ predicate }, { predicate: { startsWith: `${name}/` } }] };
}

/** One row more than `first`, oldest first, behind the fact with the id `after`. */
export async function listFacts(
  tx: RulesReader,
  filter: FactFilter,
  first: number,
  after: string | null,
): Promise<StandingFact[]> {
  const rows = await tx.fact.findMany({
    where: { ...filterFacts(filter), ...(after === null ? {} : { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    take: first + 1,
  });
  return rows.map(toFact);
}

export function countFacts(tx: RulesReader, filter: FactFilter): Promise<number> {
  return tx.fact.count({ where: filterFacts(filter) });
}

export async function findFacts(tx: RulesReader, ids: readonly string[]): Promise<StandingFact[]> {
  return (await tx.fact.findMany({ where: { id: { in: onlyUuids(ids) } } })).map(toFact);
}

/** Facts of the same texts that have not ended by `at`. */
export async function findSameFacts(
  tx: RulesReader,
  organizationId: string,
  texts: readonly string[],
  at: Date,
): Promise<StandingFact[]> {
  const rows = await tx.fact.findMany({
    where: {
      organizationId,
      textHash: { in: texts.map(textHash) },
      OR: [{ validTo: null }, { validTo: { gt: at } }],
    },
    orderBy: { id: 'asc' },
  });
  return rows.map(toFact);
}

/** All in one parameter: an import brings thousands, and a parameter for each value would cost more than the rows. */
export async function createFacts(tx: RulesTx, organizationId: string, facts: readonly StandingFact[]): Promise<void> {
  if (facts.length === 0) return;
  const rows = JSON.stringify(facts.map((fact) => ({ ...fact, textHash: textHash(fact.text) })));
  await tx.$executeRaw`
    INSERT INTO fact (id, organization_id, predicate, text, text_hash, valid_from, valid_to, asserted_at, asserted_by, reason)
    SELECT f.id, ${organizationId}::uuid, f.predicate, f.text, f."textHash", f."validFrom", f."validTo", f."assertedAt",
      f."assertedBy", f.reason
    FROM jsonb_to_recordset(${rows}::jsonb) AS f(id uuid, predicate text, text text, "textHash" text,
      "validFrom" timestamptz, "validTo" timestamptz, "assertedAt" timestamptz, "assertedBy" uuid, reason text)`;
}

export interface Retraction {
  readonly retractedAt: Date;
  readonly retractedBy: string;
  readonly retractReason: string;
}

/** Ends facts. One that was to begin later ends where it would have begun: it never held. */
export async function endFacts(tx: RulesTx, facts: readonly StandingFact[], retraction: Retraction): Promise<void> {
  const begun = facts.filter(({ validFrom }) => validFrom <= retraction.retractedAt);
  await tx.fact.updateMany({
    where: { id: { in: begun.map(({ id }) => id) } },
    data: { ...retraction, validTo: retraction.retractedAt },
  });
  for (const { id, validFrom } of facts.filter((fact) => !begun.includes(fact))) {
    await tx.fact.updateMany({ where: { id }, data: { ...retraction, validTo: validFrom } });
  }
}

export async function createVersion(tx: RulesTx, organizationId: string, version: RuleSetVersion): Promise<void> {
  const { savedAt, savedBy, diagnostics, ...rest } = version;
  if (savedAt === null || savedBy === null) throw new Error('A version that is saved has an author and a time.');
  const data = { ...rest, organizationId, savedAt, savedBy, diagnostics: diagnostics.map((d) => ({ ...d })) };
  await tx.ruleSetVersion.create({ data });
}

export async function findVersions(tx: RulesReader, ids: readonly string[]): Promise<RuleSetVersion[]> {
  return (await tx.ruleSetVersion.findMany({ where: { id: { in: onlyUuids(ids) } } })).map(toVersion);
}

export async function findVersion(
  tx: RulesReader,
  organizationId: string,
  ruleSet: string,
  number: number,
): Promise<RuleSetVersion | null> {
  const row = await tx.ruleSetVersion.findFirst({ where: { organizationId, ruleSet, number } });
  return row === null ? null : toVersion(row);
}

/** The versions in force, at most one per rule set. */
export async function findActiveVersions(tx: RulesReader, organizationId: string): Promise<RuleSetVersion[]> {
  return (await tx.ruleSetVersion.findMany({ where: { organizationId, status: 'PUBLISHED' } })).map(toVersion);
}

export async function findRuleSetNames(tx: RulesReader, organizationId: string): Promise<string[]> {
  const rows = await tx.ruleSetVersion.findMany({
    where: { organizationId, number: 1 },
    select: { ruleSet: true },
    orderBy: { ruleSet: 'asc' },
  });
  return rows.map(({ ruleSet }) => ruleSet);
}

export async function findLastVersion(
  tx: RulesReader,
  organizationId: string,
  ruleSet: string,
): Promise<RuleSetVersion | null> {
  const row = await tx.ruleSetVersion.findFirst({ where: { organizationId, ruleSet }, orderBy: { number: 'desc' } });
  return row === null ? null : toVersion(row);
}

/** One row more than `first`, newest first, behind (that is, older than) the number `after`. */
export async function listVersions(
  tx: RulesReader,
  organizationId: string,
  ruleSet: string,
  first: number,
  after: number | null,
): Promise<RuleSetVersion[]> {
  const rows = await tx.ruleSetVersion.findMany({
    where: { organizationId, ruleSet, ...(after === null ? {} : { number: { lt: after } }) },
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return rows.map(toVersion);
}

export function countVersions(tx: RulesReader, organizationId: string, ruleSet: string): Promise<number> {
  return tx.ruleSetVersion.count({ where: { organizationId, ruleSet } });
}

/** Puts a version in force and takes the one before out of it. */
export async function publishVersion(tx: RulesTx, organizationId: string, version: RuleSetVersion): Promise<void> {
  const { id, ruleSet, number, publishedAt, publishedBy, publishReason, signatureId } = version;
  await tx.ruleSetVersion.updateMany({
    where: { organizationId, ruleSet, status: 'PUBLISHED' },
    data: { status: 'RETIRED' },
  });
  if (number === 0) return; // the shipped rules alone have no row
  await tx.ruleSetVersion.updateMany({
    where: { id },
    data: { status: 'PUBLISHED', publishedAt, publishedBy, publishReason, signatureId },
  });
}
