import { BadInputError, ConflictError, NotFoundError } from '#platform/errors/index.ts';
import type { RulesContext, RulesDeps } from '../context.ts';
import { findFactsAt } from '../data/knowledge-repository.ts';
import * as data from '../data/question-repository.ts';
import { type Answers, asking } from '../domain/ask.ts';
import { type AskedQuestion, answerCount, answerHashes, keptSince, wasAnswer } from '../domain/asked-question.ts';
import { MAX_LIMITS } from '../domain/budget.ts';
import { readFact } from '../domain/facts.ts';
import type { Knowledge } from '../domain/knowledge.ts';
import { DEFAULT_RULE_SET, type Rule, type RuleSetVersion } from '../domain/rule.ts';
import { type Attempt, askingWhyNot, type WhyNot } from '../domain/why-not.ts';
import { VariableNames, writeTerm } from '../domain/writer.ts';
import { LIBRARY_HASH, shippedRemedy } from '../library/index.ts';
import { assuming, checkLimits, type LimitsInput, meaningful, meaningfully, readGoal } from './asking.ts';
import { givenRules, givenVersion, knowledgeGiven } from './given-rules.ts';
import { buildKnowledge } from './image.ts';
import { type Asked, knowledgeFor } from './past-knowledge.ts';
import { rulesIn, telling, toldProof } from './told-proof.ts';
import { inTurn, REQUEST_MILLIS, timeIsSpent } from './turns.ts';

const PURGED_AT_ONCE = 5_000;
/** An explanation repeats the question: its clock may run slower than the first time, its other limits may not differ. */
const EXPLAIN_MILLIS = MAX_LIMITS.millis;

export interface QuestionInput {
  readonly goal: string;
  readonly ruleSet: string;
  /** A text in the place of the version in force; null: the version. */
  readonly rules: string | null;
  readonly distinct: boolean;
  readonly assume: readonly string[];
  readonly limits: LimitsInput;
  /** An earlier instant whose knowledge is asked; null: the present. */
  readonly asOf: Date | null;
}

export interface QueryResult extends Answers {
  readonly id: string;
  readonly version: RuleSetVersion;
  /** True when the answers were kept from an earlier question. */
  readonly cached: boolean;
}

type Repeatable = Pick<AskedQuestion, 'goal' | 'distinct' | 'assume' | 'limits'>;

function run(ctx: RulesContext, knowledge: Knowledge, input: Repeatable, at: Date, prove?: number) {
  const { term, variables } = readGoal(input.goal);
  const question = {
    goal: term,
    variables: new Map([...variables].map(([name, { variable }]) => [name, variable])),
    distinct: input.distinct,
    ...(prove === undefined ? {} : { prove }),
  };
  const assumed = assuming(knowledge, input.assume, at);
  return inTurn(ctx, input.limits, (limits) => meaningfully(asking(assumed, { ...question, limits }, ctx.timer)));
}

/** Answers, and keeps the question: its id is a promise that every process must be able to hold. */
export async function executeQuery(ctx: RulesContext, input: QuestionInput): Promise<QueryResult> {
  const { organizationId, userId } = ctx.viewer;
  const askedAt = ctx.clock();
  const limits = checkLimits(input.limits);
  const knowledge = await knowledgeAsked(ctx, input, askedAt);
  const { version } = knowledge;
  const { result, cached } = await answers(ctx, { ...input, limits }, knowledge);
  const question: data.KeptQuestion = {
    ...input,
    id: ctx.newId(),
    askedBy: userId,
    askedAt,
    limits,
    versionId: version.id,
    shippedHash: LIBRARY_HASH,
    answers: answerHashes(result.answers.map(({ text }) => text)),
  };
  await ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, ({ tx }) =>
    data.createQuestion(tx, organizationId, question),
  );
  return { ...result, id: question.id, version, cached };
}

/** @throws BadInputError for rules of one's own at an earlier instant: nothing was then asked of them */
async function knowledgeAsked(ctx: RulesContext, { ruleSet, rules, asOf }: QuestionInput, now: Date): Promise<Asked> {
  if (rules === null) return knowledgeFor(ctx, ruleSet, now, asOf);
  if (asOf !== null) throw new BadInputError('"rules" are asked of the present: leave out "asOf", or "rules".');
  return knowledgeGiven(ctx, ruleSet, rules, now);
}

/** From the cache while everything on which the answers rest is the same; what rests on rules of the question's own is not kept. */
async function answers(
  ctx: RulesContext,
  input: Repeatable & Pick<QuestionInput, 'asOf' | 'rules'>,
  { knowledge, version, capabilities, digests, at }: Asked,
) {
  const { goal, distinct, assume, limits, asOf } = input;
  if (input.rules !== null) return { result: await run(ctx, knowledge, input, at), cached: false };
  return ctx.answers.answer(
    {
      organizationId: ctx.viewer.organizationId,
      version,
      capabilities,
      digests,
      goal: readGoal(goal).term,
      asked: { goal, distinct, assume, limits, asOf },
      timeGiven: asOf !== null || assume.some((text) => factKey(text) === 'now/1'),
    },
    () => run(ctx, knowledge, input, at),
  );
}

function factKey(text: string): string | null {
  const fact = readFact(text);
  return 'refused' in fact ? null : fact.predicate;
}

/** Why an answer holds. The question is asked again of the knowledge as it was: nothing that was known is ever deleted. */
export async function explainAnswer(ctx: RulesContext, queryId: string, answer: number) {
  const { organizationId } = ctx.viewer;
  const since = keptSince(ctx.clock());
  const question = await ctx.db.read(ctx.viewer, (tx) => data.findQuestion(tx, organizationId, queryId, since));
  if (question === null) throw new NotFoundError('question', queryId);
  const count = answerCount(question);
  if (!Number.isInteger(answer) || answer < 0 || answer >= count) {
    throw new BadInputError(`"answer" must be 0 to ${count - 1}: the question has ${count} answers. Got ${answer}.`);
  }
  const version = await versionAsked(ctx, question);
  const at = question.asOf ?? question.askedAt;
  const facts = await ctx.db.read(ctx.viewer, (tx) => findFactsAt(tx, organizationId, at));
  const { rules } = question;
  const asked = rules === null ? version : givenVersion(version, question.ruleSet, rules);
  const { knowledge } = buildKnowledge(asked, facts);
  const limits = { ...question.limits, millis: EXPLAIN_MILLIS };
  const { answers: proved, stoppedBy } = await run(ctx, knowledge, { ...question, limits }, at, answer);
  const found = proved[answer];
  if (!found && timeIsSpent(ctx)) {
    throw new BadInputError(
      `All questions of one request have ${REQUEST_MILLIS} ms together, which are spent: ask for this in a request of its own.`,
    );
  }
  if (!found && stoppedBy !== null) {
    throw new BadInputError(`The proof was not found within the limits (${stoppedBy}): ask a narrower question.`);
  }
  if (!found?.proof || !found.names || !wasAnswer(question, answer, found.text)) {
    throw new ConflictError('The knowledge changed while the question was asked: ask it again.');
  }
  const { proof, names } = found;
  const named = await rulesIn(ctx, proof, givenRules(rules));
  return meaningful(() => toldProof(proof, telling(facts, names), named));
}

/** @throws ConflictError when another release has shipped other rules: what they prove is not what was answered. */
async function versionAsked(ctx: RulesContext, question: AskedQuestion): Promise<RuleSetVersion> {
  const version = await ctx.loaders.versionById.load(question.versionId);
  const sameRelease = question.ruleSet !== DEFAULT_RULE_SET || question.shippedHash === LIBRARY_HASH;
  if (version !== null && sameRelease) return version;
  throw new ConflictError('The shipped rules have changed since the question was asked: ask it again.');
}

/** Erases the questions of all organizations that are kept no longer; nobody has been answered from them since. */
export async function purgeQuestions({ db, clock }: RulesDeps, signal: AbortSignal): Promise<void> {
  const since = keptSince(clock());
  for (let erased = PURGED_AT_ONCE; erased === PURGED_AT_ONCE; ) {
    signal.throwIfAborted();
    erased = await db.system((tx) => data.purgeQuestions(tx, since, PURGED_AT_ONCE));
  }
}

export interface WhyNotAnswer extends Omit<WhyNot, 'missing'> {
  readonly goal: string;
  readonly missing: readonly { readonly facts: readonly string[] }[];
  readonly attempts: readonly (Attempt & { readonly given: Rule | null })[];
}

export async function whyNotAnswer(ctx: RulesContext, input: QuestionInput): Promise<WhyNotAnswer> {
  const limits = checkLimits(input.limits);
  const { knowledge, at, abducible } = await knowledgeAsked(ctx, input, ctx.clock());
  const { term, variables } = readGoal(input.goal);
  const names = VariableNames.asWritten(variables);
  const assumed = assuming(knowledge, input.assume, at);
  const { missing, attempts, ...answer } = await inTurn(ctx, limits, (left) =>
    meaningfully(askingWhyNot(assumed, term, { limits: left, clock: ctx.timer, remedy: shippedRemedy, abducible })),
  );
  const own = givenRules(input.rules);
  return {
    ...answer,
    goal: writeTerm(term, names),
    attempts: attempts.map((attempt) => ({ ...attempt, given: own.get(attempt.ruleId ?? '') ?? null })),
    missing: missing.map((facts) => ({ facts })),
  };
}
