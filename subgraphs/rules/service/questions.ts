import { setImmediate } from 'node:timers/promises';
import { BadInputError, ConflictError, NotFoundError } from '#platform/errors/index.ts';
import type { RulesContext, RulesDeps } from '../context.ts';
import { findFactsAt } from '../data/knowledge-repository.ts';
import * as data from '../data/question-repository.ts';
import { type Answers, ask } from '../domain/ask.ts';
import { type AskedQuestion, answerCount, answerHashes, keptSince, wasAnswer } from '../domain/asked-question.ts';
import { DEFAULT_LIMITS, type Limits, MAX_LIMITS, SharedMillis } from '../domain/budget.ts';
import { compileClause } from '../domain/clause.ts';
import { factClause } from '../domain/facts.ts';
import { RuleFault } from '../domain/faults.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { SyntaxFault } from '../domain/lexer.ts';
import { type ReadTerm, readTerm } from '../domain/parser.ts';
import { type Proof, proofText, proofTree } from '../domain/proof.ts';
import { DEFAULT_RULE_SET, type RuleSetVersion } from '../domain/rule.ts';
import { float, struct } from '../domain/term.ts';
import { type Attempt, type WhyNot, whyNot } from '../domain/why-not.ts';
import { TermTooLarge, writeTerm } from '../domain/writer.ts';
import { isShipped, LIBRARY_HASH, shippedRemedy } from '../library/index.ts';
import { buildKnowledge, knowledgeAt, loadImage } from './image.ts';

const HOUR_MS = 3_600_000;
const PURGED_AT_ONCE = 5_000;
const MAX_GOAL = 4_000;
const MAX_ASSUMED = 1_000;
/** An explanation repeats the question: its clock may run slower than the first time, its other limits may not differ. */
const EXPLAIN_MILLIS = MAX_LIMITS.millis;
/** All questions of one request together: an evaluation holds the process, and a request may carry fifty. */
const REQUEST_MILLIS = 2_000;

interface Turns {
  readonly millis: SharedMillis;
  last: Promise<unknown>;
}

const turnsOf = new WeakMap<RulesContext, Turns>();

/** One evaluation of a request after the other, and everybody else's work in between. */
async function inTurn<T>(ctx: RulesContext, limits: Limits, evaluate: (limits: Limits) => T): Promise<T> {
  const turns = turnsOf.get(ctx) ?? { millis: new SharedMillis(REQUEST_MILLIS, ctx.timer), last: Promise.resolve() };
  turnsOf.set(ctx, turns);
  const turn = turns.last.then(() => setImmediate()).then(() => turns.millis.spend(limits, evaluate));
  turns.last = turn.catch(() => undefined);
  return await turn;
}

function timeIsSpent(ctx: RulesContext): boolean {
  return turnsOf.get(ctx)?.millis.spent ?? false;
}

export interface QuestionInput {
  readonly goal: string;
  readonly ruleSet: string;
  readonly distinct: boolean;
  readonly assume: readonly string[];
  readonly limits: { readonly [Limit in keyof Limits]?: number | null | undefined };
}

export interface QueryResult extends Answers {
  readonly id: string;
  readonly version: RuleSetVersion;
}

function checkLimits(given: QuestionInput['limits']): Limits {
  const limit = (name: keyof Limits) => {
    const value = given[name] ?? DEFAULT_LIMITS[name];
    if (Number.isInteger(value) && value >= 1 && value <= MAX_LIMITS[name]) return value;
    throw new BadInputError(`"limits.${name}" must be 1 to ${MAX_LIMITS[name]}, got ${value}.`);
  };
  return {
    inferences: limit('inferences'),
    answers: limit('answers'),
    depth: limit('depth'),
    millis: limit('millis'),
  };
}

function readGoal(goal: string): ReadTerm {
  if (goal.length > MAX_GOAL) throw new BadInputError(`"goal" has ${goal.length} characters; ${MAX_GOAL} are allowed.`);
  try {
    return readTerm(goal);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const { line, column } = error;
    throw new BadInputError(`"goal", line ${line}, column ${column}: ${error.message}`, { line, column });
  }
}

/** The knowledge with the question's assumptions and the time on top. @throws BadInputError */
function assuming(base: Knowledge, assume: readonly string[], at: Date): Knowledge {
  if (assume.length > MAX_ASSUMED)
    throw new BadInputError(`"assume" has ${assume.length} items; ${MAX_ASSUMED} are allowed.`);
  const knowledge = new Knowledge(base);
  assume.forEach((text, i) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new BadInputError(`assume[${i}]: ${clause.refused}`);
    if (isShipped(clause.key)) {
      throw new BadInputError(`assume[${i}]: ${clause.key} is defined by shipped rules and cannot be assumed.`);
    }
    knowledge.add(clause);
  });
  if (!knowledge.has('now/1')) {
    knowledge.add(compileClause(struct('now', [float(at.getTime() / HOUR_MS)]), [], { kind: 'fact', id: null }));
  }
  return knowledge;
}

/** Turns what is wrong with the question or a rule into an answer that says so. */
function meaningful<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RuleFault) throw new BadInputError(error.message, { fault: error.kind });
    if (error instanceof TermTooLarge) {
      throw new BadInputError('An answer is too large to be written: ask for less at a time.', { fault: 'TOO_LARGE' });
    }
    throw error;
  }
}

async function currentKnowledge(ctx: RulesContext, ruleSet: string, at: Date) {
  const built = knowledgeAt(await loadImage(ctx), ruleSet, at);
  if (built === null) throw new NotFoundError('published RuleSet', ruleSet);
  return built;
}

function run(
  ctx: RulesContext,
  knowledge: Knowledge,
  input: Pick<AskedQuestion, 'goal' | 'distinct' | 'assume' | 'limits' | 'askedAt'>,
  prove?: number,
) {
  const { term, variables } = readGoal(input.goal);
  const question = {
    goal: term,
    variables: new Map([...variables].map(([name, { variable }]) => [name, variable])),
    distinct: input.distinct,
    ...(prove === undefined ? {} : { prove }),
  };
  const assumed = assuming(knowledge, input.assume, input.askedAt);
  return inTurn(ctx, input.limits, (limits) => meaningful(() => ask(assumed, { ...question, limits }, ctx.timer)));
}

/** Answers, and keeps the question: its id is a promise that every process must be able to hold. */
export async function executeQuery(ctx: RulesContext, input: QuestionInput): Promise<QueryResult> {
  const { organizationId, userId } = ctx.viewer;
  const askedAt = ctx.clock();
  const limits = checkLimits(input.limits);
  const { knowledge, version } = await currentKnowledge(ctx, input.ruleSet, askedAt);
  const result = await run(ctx, knowledge, { ...input, limits, askedAt });
  const question: AskedQuestion = {
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
  return { ...result, id: question.id, version };
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
  const facts = await ctx.db.read(ctx.viewer, (tx) => findFactsAt(tx, organizationId, question.askedAt));
  const { knowledge } = buildKnowledge(version, facts);
  const limits = { ...question.limits, millis: EXPLAIN_MILLIS };
  const found = (await run(ctx, knowledge, { ...question, limits }, answer)).answers[answer];
  if (!found && timeIsSpent(ctx)) {
    throw new BadInputError(
      `All questions of one request have ${REQUEST_MILLIS} ms together, which are spent: ask for this in a request of its own.`,
    );
  }
  if (!found?.proof || !wasAnswer(question, answer, found.text)) {
    throw new ConflictError('The knowledge changed while the question was asked: ask it again.');
  }
  return meaningful(() => proofOf(found.proof ?? []));
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

function proofOf(proofs: readonly Proof[]) {
  return { text: proofText(proofs), tree: proofs.map(proofTree) };
}

export interface WhyNotAnswer extends Omit<WhyNot, 'missing'> {
  readonly goal: string;
  readonly missing: readonly { readonly facts: readonly string[] }[];
  readonly attempts: readonly Attempt[];
}

export async function whyNotAnswer(ctx: RulesContext, input: QuestionInput): Promise<WhyNotAnswer> {
  const at = ctx.clock();
  const limits = checkLimits(input.limits);
  const { knowledge } = await currentKnowledge(ctx, input.ruleSet, at);
  const { term, variables } = readGoal(input.goal);
  const names = new Map([...variables].map(([name, { variable }]) => [variable, name]));
  const assumed = assuming(knowledge, input.assume, at);
  const { missing, ...answer } = await inTurn(ctx, limits, (left) =>
    meaningful(() => whyNot(assumed, term, { limits: left, clock: ctx.timer, remedy: shippedRemedy })),
  );
  return { ...answer, goal: writeTerm(term, names), missing: missing.map((facts) => ({ facts })) };
}
