import { BadInputError, ConflictError, NotFoundError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import type { RulesContext } from '../context.ts';
import { countActivations, listActivations } from '../data/activation-repository.ts';
import type { RulesTx } from '../data/client.ts';
import * as data from '../data/knowledge-repository.ts';
import type { Activation } from '../domain/activation.ts';
import type { Diagnostic } from '../domain/program.ts';
import type { Review } from '../domain/review.ts';
import { DEFAULT_RULE_SET, hashOf, type RuleSetVersion } from '../domain/rule.ts';
import { ruleSaved } from '../events.ts';
import { activate, obstacleTo } from './activation.ts';
import type { ChangeRefused } from './change-refused.ts';
import { checkRuleSetName, reviewText } from './given-rules.ts';
import { loadImage } from './image.ts';
import { checkReason } from './input.ts';
import { namedSignature } from './signed-activation.ts';

export interface VersionSaved {
  readonly kind: 'saved';
  readonly version: RuleSetVersion;
}

export interface RulesRefused {
  readonly kind: 'refused';
  readonly diagnostics: readonly Diagnostic[];
}

export interface SaveRules {
  readonly ruleSet: string;
  readonly text: string;
  readonly idempotencyKey: string | null;
}

/** Saves a draft. A text that is the newest version's already is that version. */
export async function saveRules(ctx: RulesContext, input: SaveRules): Promise<VersionSaved | RulesRefused> {
  const { idempotencyKey: key, ...request } = input;
  const { ruleSet, text } = input;
  checkRuleSetName(ruleSet);
  const { diagnostics, termination } = reviewText(await loadImage(ctx), ruleSet, text);
  if (diagnostics.some(({ severity }) => severity === 'ERROR')) return { kind: 'refused', diagnostics };
  const { organizationId } = ctx.viewer;
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'saveRules', key, request }, async () => {
      await data.lockKnowledge(unit.tx, organizationId);
      const { version, isNew } = await saveDraft(ctx, unit.tx, { ruleSet, text, diagnostics, termination });
      if (isNew) await unit.announce([ruleSaved(version)]);
      return { kind: 'saved', version } as const;
    }),
  );
}

export interface ReviewedRules extends Review {
  readonly ruleSet: string;
  readonly text: string;
}

/** A draft of a text without errors; call it under the lock. A text that is the newest version's already is that version. */
export async function saveDraft(
  ctx: RulesContext,
  tx: RulesTx,
  { ruleSet, text, diagnostics, termination }: ReviewedRules,
): Promise<{ readonly version: RuleSetVersion; readonly isNew: boolean }> {
  const { organizationId, userId } = ctx.viewer;
  const last = await data.findLastVersion(tx, organizationId, ruleSet);
  const hash = hashOf(text);
  if (last?.hash === hash) return { version: last, isNew: false };
  const version: RuleSetVersion = {
    id: ctx.newId(),
    ruleSet,
    number: (last?.number ?? 0) + 1,
    text,
    hash,
    status: 'DRAFT',
    termination,
    diagnostics,
    savedAt: ctx.clock(),
    savedBy: userId,
    publishedAt: null,
    publishedBy: null,
    publishReason: null,
    signatureId: null,
  };
  await data.createVersion(tx, organizationId, version);
  return { version, isNew: true };
}

export interface PublishRules {
  readonly versionId: string;
  /** Number of the version that was in force when this was decided; 0 for none of the organization's own. */
  readonly expectedActive: number | null;
  readonly reason: string;
  readonly signatureId: string | null;
  readonly idempotencyKey: string | null;
}

/**
 * @throws NotFoundError; ConflictError when another version is in force than was expected, or this one already, or a test
 * fails; BadInputError when it does not fit the shipped rules, or is not signed as it has to be.
 */
export async function publishRules(ctx: RulesContext, input: PublishRules): Promise<RuleSetVersion> {
  checkReason(input.reason);
  const { idempotencyKey: key, ...request } = input;
  const { organizationId } = ctx.viewer;
  const signature = await namedSignature(ctx, input.signatureId);
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'publishRules', key, request }, async () => {
      await data.lockKnowledge(unit.tx, organizationId);
      const [draft] = await data.findVersions(unit.tx, [input.versionId]);
      if (!draft) throw new NotFoundError('RuleSetVersion', input.versionId);
      const active = await data.findActiveVersions(unit.tx, organizationId);
      const before = active.find(({ ruleSet }) => ruleSet === draft.ruleSet) ?? null;
      checkExpected(draft.ruleSet, before, input.expectedActive);
      if (draft.status === 'PUBLISHED') {
        throw new ConflictError(`Version ${draft.number} of "${draft.ruleSet}" is in force already.`);
      }
      const obstacle = await obstacleTo(ctx, unit.tx, draft, signature);
      if (obstacle !== null) throw refusal(obstacle);
      const signatureId = signature?.found?.id ?? null;
      return activate(ctx, unit, { version: draft, before, kind: 'publication', reason: input.reason, signatureId });
    }),
  );
}

function checkExpected(ruleSet: string, before: RuleSetVersion | null, expected: number | null): void {
  const active = before?.number ?? 0;
  if (expected === null || expected === active) return;
  throw new ConflictError(
    `Expected version ${expected} of "${ruleSet}" to be in force, found ${active}: look at it, then decide again.`,
    { active },
  );
}

/** `publishRules` answers a version and nothing else: what forbids it is an error with the refusal's code. */
function refusal({ code, message, report }: ChangeRefused): BadInputError | ConflictError {
  if (report === null) return new BadInputError(message, { refusal: code });
  const failed = report.results.flatMap(({ name, passed, expected, found, error }) =>
    passed ? [] : [{ name, expected, found, error }],
  );
  return new ConflictError(message, { refusal: code, failed });
}

/** The names of the organization's sets, `default` first. */
export async function ruleSetNames(ctx: RulesContext): Promise<string[]> {
  const names = await ctx.db.read(ctx.viewer, (tx) => data.findRuleSetNames(tx, ctx.viewer.organizationId));
  return [DEFAULT_RULE_SET, ...names.filter((name) => name !== DEFAULT_RULE_SET)];
}

/** @throws NotFoundError when the organization has no set of this name. */
export async function referencedRuleSet(ctx: RulesContext, id: string): Promise<{ readonly name: string }> {
  if (!(await ruleSetNames(ctx)).includes(id)) throw new NotFoundError('RuleSet', id);
  return { name: id };
}

export async function activationsOf(
  ctx: RulesContext,
  ruleSet: string,
  page: { readonly first: number; readonly after?: string | null | undefined },
): Promise<Connection<Activation>> {
  const first = pageSize(page.first);
  const [at, id] = page.after ? decodeKeyset(page.after, ['date', 'uuid']) : [];
  const after = at === undefined || id === undefined ? null : { at, id };
  const { organizationId } = ctx.viewer;
  const rows = await ctx.db.read(ctx.viewer, (tx) => listActivations(tx, organizationId, ruleSet, first, after));
  return connectionOf({
    rows,
    first,
    after: page.after,
    cursor: (activation) => encodeKeyset([activation.at, activation.id]),
    node: (activation) => activation,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => countActivations(tx, organizationId, ruleSet)),
  });
}

export async function versionsOf(
  ctx: RulesContext,
  ruleSet: string,
  page: { readonly first: number; readonly after?: string | null | undefined },
): Promise<Connection<RuleSetVersion>> {
  const first = pageSize(page.first);
  const after = page.after ? decodeKeyset(page.after, ['integer'])[0] : null;
  const { organizationId } = ctx.viewer;
  const rows = await ctx.db.read(ctx.viewer, (tx) => data.listVersions(tx, organizationId, ruleSet, first, after));
  return connectionOf({
    rows,
    first,
    after: page.after,
    cursor: ({ number }) => encodeKeyset([number]),
    node: (version) => version,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => data.countVersions(tx, organizationId, ruleSet)),
  });
}
