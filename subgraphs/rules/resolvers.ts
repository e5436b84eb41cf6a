import { NotFoundError } from '#platform/errors/index.ts';
import { encodeCursor, type StreamGap } from '#platform/events/index.ts';
import type { Resolvers, RuleQueryInput } from './schema.generated.ts';
import { decideTransitions } from './service/decide.ts';
import { exportKnowledge } from './service/export-knowledge.ts';
import { assertFacts, facts, retractFacts } from './service/facts.ts';
import { checkRules } from './service/given-rules.ts';
import { loadImage } from './service/image.ts';
import { importKnowledge } from './service/import-knowledge.ts';
import { overridesOf } from './service/overrides.ts';
import { executeQuery, explainAnswer, type QuestionInput, whyNotAnswer } from './service/questions.ts';
import { rollbackRules } from './service/rollback.ts';
import {
  activationsOf,
  publishRules,
  referencedRuleSet,
  ruleSetNames,
  saveRules,
  versionsOf,
} from './service/rule-sets.ts';
import {
  businessRules,
  listRules,
  pageOfRules,
  remarksOn,
  ruleCapabilities,
  ruleSetDiff,
  rulesOfVersion,
} from './service/rules.ts';
import { testRules } from './service/test-rules.ts';
import { verdictProof } from './service/verdict-proof.ts';
import { type RuleSetChange, watchRuleSets } from './service/watch-rule-sets.ts';

/** The defaults of the schema have filled what the types call optional. */
function questionOf({
  goal,
  ruleSet = 'default',
  rules = null,
  distinct = false,
  assume = [],
  limits,
  asOf = null,
}: RuleQueryInput): QuestionInput {
  return { goal, ruleSet, rules, distinct, assume, limits: limits ?? {}, asOf };
}

/** An entity of another subgraph. */
function named(id: string | null): { id: string } | null {
  return id === null ? null : { id };
}

async function required<T>(kind: string, id: string, found: Promise<T | null>): Promise<T> {
  const entity = await found;
  if (entity === null) throw new NotFoundError(kind, id);
  return entity;
}

export const resolvers: Resolvers = {
  Query: {
    facts: (_, { predicate = null, asOf = null, first, after = null }, ctx) =>
      facts(ctx, { predicate, asOf, first, after }),
    fact: (_, { id }, ctx) => ctx.loaders.factById.load(id),
    rules: (_, { ruleSet, version = null, first, after = null }, ctx) =>
      listRules(ctx, { ruleSet, version, first, after }),
    rule: (_, { id }, ctx) => ctx.loaders.ruleById.load(id),
    ruleSets: async (_, _args, ctx) => (await ruleSetNames(ctx)).map((name) => ({ name })),
    ruleSetDiff: (_, { ruleSet, from, to }, ctx) => ruleSetDiff(ctx, { ruleSet, from, to }),
    ruleSetVersion: (_, { id }, ctx) => ctx.loaders.versionById.load(id),
    checkRules: async (_, { ruleSet, text, assume }, ctx) => [...(await checkRules(ctx, { ruleSet, text, assume }))],
    businessRules: async (_, { context }, ctx) => [...(await businessRules(ctx, context))],
    exportKnowledge: (_, { after = null }, ctx) => exportKnowledge(ctx, after),
    ruleCapabilities: (_, _args, ctx) => ruleCapabilities(ctx),
    executeQuery: (_, { input }, ctx) => executeQuery(ctx, questionOf(input)),
    explainAnswer: (_, { queryId, answer }, ctx) => explainAnswer(ctx, queryId, answer),
    whyNot: (_, { input }, ctx) => whyNotAnswer(ctx, questionOf(input)),
    decideTransitions: (_, { shared, questions }, ctx) =>
      decideTransitions(
        ctx,
        shared,
        questions.map((question) => ({ ...question, conditions: question.conditions ?? [] })),
      ),
  },
  Mutation: {
    assertFacts: (_, { facts: inputs, reason = null, idempotencyKey = null }, ctx) =>
      assertFacts(ctx, {
        facts: inputs.map(({ text, validFrom = null, validTo = null }) => ({ text, validFrom, validTo })),
        reason,
        idempotencyKey,
      }),
    retractFacts: (_, { ids, reason, idempotencyKey = null }, ctx) =>
      retractFacts(ctx, { ids, reason, idempotencyKey }),
    saveRules: async (_, { ruleSet, text, idempotencyKey = null }, ctx) => {
      const saved = await saveRules(ctx, { ruleSet, text, idempotencyKey });
      return saved.kind === 'saved' ? saved.version : saved;
    },
    importKnowledge: (_, { text, reason, idempotencyKey = null }, ctx) =>
      importKnowledge(ctx, { text, reason, idempotencyKey }),
    testRules: (_, { versionId, cases, expectedRevision = null, reason = null, idempotencyKey = null }, ctx) =>
      testRules(ctx, {
        versionId,
        cases: cases?.map(({ name, goal, assume = [], expected }) => ({ name, goal, assume, expected })) ?? null,
        expectedRevision,
        reason,
        idempotencyKey,
      }),
    rollbackRules: (_, { ruleSet, signatureId = null, idempotencyKey = null, ...input }, ctx) =>
      rollbackRules(ctx, { ruleSet, signatureId, idempotencyKey, ...input }),
    publishRules: (_, { versionId, expectedActive = null, reason, signatureId = null, idempotencyKey = null }, ctx) =>
      publishRules(ctx, { versionId, expectedActive, reason, signatureId, idempotencyKey }),
  },
  Subscription: {
    ruleSetChanged: {
      subscribe: (_, request, ctx) => watchRuleSets(ctx, request),
      resolve: (update: RuleSetChange | StreamGap) => update,
    },
  },
  RuleSetUpdate: { __resolveType: (update) => ('kind' in update ? 'StreamGap' : 'RuleSetChange') },
  RuleSetChange: {
    cursor: (change) => encodeCursor(change),
    actor: ({ actorId }) => ({ id: actorId }),
    ruleSet: ({ ruleSet }) => ({ name: ruleSet }),
  },
  Fact: {
    __resolveReference: ({ id }, ctx) => required('Fact', id, ctx.loaders.factById.load(id)),
    assertedBy: ({ assertedBy }) => ({ id: assertedBy }),
    retractedBy: ({ retractedBy }) => named(retractedBy),
    retractionReason: ({ retractReason }) => retractReason,
  },
  Rule: { __resolveReference: ({ id }, ctx) => required('Rule', id, ctx.loaders.ruleById.load(id)) },
  RuleOverride: {
    rules: ({ rules }) => [...rules],
    text: ({ rules }) => rules.map(({ text }) => text).join('\n'),
  },
  OverriddenRule: { shipped: ({ ruleId }, _, ctx) => ctx.loaders.ruleById.load(ruleId) },
  RuleSet: {
    __resolveReference: ({ id }, ctx) => referencedRuleSet(ctx, id),
    id: ({ name }) => name,
    active: async ({ name }, _, ctx) => (await loadImage(ctx)).active.get(name) ?? null,
    versions: ({ name }, page, ctx) => versionsOf(ctx, name, page),
    activations: ({ name }, page, ctx) => activationsOf(ctx, name, page),
  },
  RuleActivation: { by: ({ by }) => ({ id: by }), signature: ({ signatureId }) => named(signatureId) },
  RuleSetVersion: {
    __resolveReference: ({ id }, ctx) => required('RuleSetVersion', id, ctx.loaders.versionById.load(id)),
    ruleSet: ({ ruleSet }) => ({ name: ruleSet }),
    signature: ({ signatureId }) => named(signatureId),
    diagnostics: (version) => [...remarksOn(version)],
    overrides: (version) => [...overridesOf(version)],
    rules: (version, page) => pageOfRules(rulesOfVersion(version), page),
    savedBy: ({ savedBy }) => named(savedBy),
    publishedBy: ({ publishedBy }) => named(publishedBy),
    tests: ({ id }, _, ctx) => ctx.loaders.suiteByVersion.load(id),
  },
  RuleTestSuite: { savedBy: ({ savedBy }) => ({ id: savedBy }) },
  ImportKnowledgeResult: { __resolveType: (result) => ('code' in result ? 'KnowledgeRefused' : 'KnowledgeImported') },
  TestRulesResult: { __resolveType: (result) => ('code' in result ? 'RuleChangeRefused' : 'RuleTestReport') },
  RollbackRulesResult: { __resolveType: (result) => ('code' in result ? 'RuleChangeRefused' : 'RuleSetVersion') },
  RuleSetDiff: {
    added: ({ added }) => [...added],
    removed: ({ removed }) => [...removed],
    changed: ({ changed }) => [...changed],
    overridden: ({ overridden }) => [...overridden],
    restored: ({ restored }) => [...restored],
  },
  SaveRulesResult: { __resolveType: (result) => ('kind' in result ? 'RulesRefused' : 'RuleSetVersion') },
  RuleQueryResult: {
    ruleSetVersion: ({ version }) => version,
    truncated: ({ stoppedBy }) => stoppedBy !== null,
    stats: ({ inferences, elapsedMs }) => ({ inferences, elapsedMs }),
  },
  WhyNotAttempt: {
    rule: ({ ruleId, given }, _, ctx) => given ?? (ruleId === null ? null : ctx.loaders.ruleById.load(ruleId)),
  },
  TransitionVerdict: {
    proof: (verdict, _, ctx) => verdictProof(ctx, verdict),
    ruleSetVersion: ({ version }) => version,
  },
  BlockerVerdict: { rule: ({ ruleId }, _, ctx) => required('Rule', ruleId, ctx.loaders.ruleById.load(ruleId)) },
};
