import { BadInputError, ConflictError, NotFoundError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { findFactsAt } from '../data/knowledge-repository.ts';
import { type Answers, ask } from '../domain/ask.ts';
import { DEFAULT_LIMITS, type Limits, MAX_LIMITS } from '../domain/budget.ts';
import { compileClause } from '../domain/clause.ts';
import { factClause } from '../domain/facts.ts';
import { RuleFault } from '../domain/faults.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { SyntaxFault } from '../domain/lexer.ts';
import { type ReadTerm, readTerm } from '../domain/parser.ts';
import { type Proof, proofText, proofTree } from '../domain/proof.ts';
import { hashOf, type RuleSetVersion } from '../domain/rule.ts';
import { float, struct } from '../domain/term.ts';
import { type Attempt, type WhyNot, whyNot } from '../domain/why-not.ts';
import { TermTooLarge, writeTerm } from '../domain/writer.ts';
import { isShipped, shippedRemedy } from '../library/index.ts';
import { buildKnowledge, knowledgeAt, loadImage } from './image.ts';

const HOUR_MS = 3_600_000;
const REMEMBERED_MS = 15 * 60_000;
const MAX_GOAL = 4_000;
const MAX_ASSUMED = 1_000;
/** An explanation repeats the question: its clock may run slower than the first time, its other limits may not differ. */
const EXPLAIN_MILLIS = MAX_LIMITS.millis;

export interface QuestionInput {
  readonly goal: string;
  readonly ruleSet: string;
  readonly distinct: boolean;
  readonly assume: readonly string[];
  readonly limits: { readonly [Limit in keyof Limits]?: number | null | undefined };
}

/** What has to be known to ask the same question of the same knowledge again. */
interface Remembered extends Omit<QuestionInput, 'limits'> {
  readonly limits: Limits;
  readonly versionId: string;
  readonly at: Date;
  /** Short hashes of the answers: a repetition that finds another answer must not be taken for the same. */
  readonly answers: readonly string[];
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
  input: Omit<Remembered, 'answers' | 'versionId'>,
  prove?: number,
) {
  const { term, variables } = readGoal(input.goal);
  const question = {
    goal: term,
    variables: new Map([...variables].map(([name, { variable }]) => [name, variable])),
    limits: input.limits,
    distinct: input.distinct,
    ...(prove === undefined ? {} : { prove }),
  };
  return meaningful(() => ask(assuming(knowledge, input.assume, input.at), question, ctx.timer));
}

function shortHash(text: string): string {
  return hashOf(text).slice(0, 12);
}

export async function executeQuery(ctx: RulesContext, input: QuestionInput): Promise<QueryResult> {
  const at = ctx.clock();
  const limits = checkLimits(input.limits);
  const { knowledge, version } = await currentKnowledge(ctx, input.ruleSet, at);
  const result = run(ctx, knowledge, { ...input, limits, at });
  const id = ctx.newId();
  const answers = result.answers.map(({ text }) => shortHash(text));
  const remembered: Remembered = { ...input, limits, versionId: version.id, at, answers };
  await ctx.cache.set(keyOf(ctx, id), remembered, REMEMBERED_MS);
  return { ...result, id, version };
}

function keyOf({ viewer }: RulesContext, id: string) {
  return { scope: viewer.organizationId, key: `rules.question:${id}` };
}

/** Why an answer holds. The question is asked again of the knowledge as it was: nothing that was known is ever deleted. */
export async function explainAnswer(ctx: RulesContext, queryId: string, answer: number) {
  const remembered = await ctx.cache.get<Remembered>(keyOf(ctx, queryId));
  if (remembered === undefined) throw new NotFoundError('question', queryId);
  const { answers, at, versionId } = remembered;
  const count = answers.length;
  if (!Number.isInteger(answer) || answer < 0 || answer >= count) {
    throw new BadInputError(`"answer" must be 0 to ${count - 1}: the question has ${count} answers. Got ${answer}.`);
  }
  const version = await ctx.loaders.versionById.load(versionId);
  if (version === null) throw new NotFoundError('RuleSetVersion', versionId);
  const facts = await ctx.db.read(ctx.viewer, (tx) => findFactsAt(tx, ctx.viewer.organizationId, at));
  const { knowledge } = buildKnowledge(version, facts);
  const limits = { ...remembered.limits, millis: EXPLAIN_MILLIS };
  const found = run(ctx, knowledge, { ...remembered, limits }, answer).answers[answer];
  if (!found?.proof || shortHash(found.text) !== answers[answer]) {
    throw new ConflictError('The knowledge changed while the question was asked: ask it again.');
  }
  return meaningful(() => proofOf(found.proof ?? []));
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
  const { missing, ...answer } = meaningful(() =>
    whyNot(assuming(knowledge, input.assume, at), term, { limits, clock: ctx.timer, remedy: shippedRemedy }),
  );
  return { ...answer, goal: writeTerm(term, names), missing: missing.map((facts) => ({ facts })) };
}
