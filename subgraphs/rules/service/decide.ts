import { BadInputError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { SharedMillis } from '../domain/budget.ts';
import type { Clause } from '../domain/clause.ts';
import { type Blocker, Decision, type QuestionKind, stoppedBlocker } from '../domain/decision.ts';
import { type Atoms, factClause } from '../domain/facts.ts';
import { DEFAULT_RULE_SET, type RuleSetVersion } from '../domain/rule.ts';
import type { Slices } from '../domain/slices.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import { atom } from '../domain/term.ts';
import { isShipped, REASON_BOOK } from '../library/index.ts';
import { type Built, knowledgeAt, loadImage } from './image.ts';

const HOUR_MS = 3_600_000;
const MAX_QUESTIONS = 500;
const MAX_FACTS = 5_000;
const MAX_CONDITIONS = 100;
/** Milliseconds of one batch; what is not decided by then is refused. */
const BATCH_MILLIS = 2_000;

export interface TransitionQuestion {
  readonly sampleId: string;
  readonly kind: QuestionKind;
  readonly from: string;
  readonly to: string;
  readonly facts: readonly string[];
  /** Hold for this question alone. */
  readonly conditions: readonly string[];
}

export interface TransitionVerdict {
  readonly allowed: boolean;
  readonly blockers: readonly Blocker[];
  readonly version: RuleSetVersion;
  /** What a proof of the verdict is made from; null when time was up before anything was decided. */
  readonly decided: Decided | null;
}

export interface Decided {
  readonly decision: Decision;
  readonly question: TransitionQuestion;
  /** Those of the organization by which it was decided: they may have changed since. */
  readonly facts: readonly StandingFact[];
}

/** @throws BadInputError naming the fact that cannot be read, or that only rules may say. */
function readFacts(texts: readonly string[], place: string, atoms: Atoms, most = MAX_FACTS): Clause[] {
  if (texts.length > most) throw new BadInputError(`${place} has ${texts.length} items; ${most} are allowed.`);
  return texts.map((text, i) => {
    const clause = factClause(text, { kind: 'fact', id: null }, atoms);
    if ('refused' in clause) throw new BadInputError(`${place}[${i}]: ${clause.refused}`);
    if (isShipped(clause.key)) {
      throw new BadInputError(
        `${place}[${i}]: ${clause.key} is defined by shipped rules: send what they ask for instead.`,
      );
    }
    return clause;
  });
}

/** The facts of a question; a time among its conditions is the only one. */
function assuming(facts: readonly Clause[], conditions: readonly Clause[]): readonly Clause[] {
  if (conditions.length === 0) return facts;
  const timed = conditions.some(({ key }) => key === 'now/1');
  return [...(timed ? facts.filter(({ key }) => key !== 'now/1') : facts), ...conditions];
}

function decisionOf(
  ctx: RulesContext,
  { knowledge, abducible }: Built,
  question: TransitionQuestion,
  facts: readonly Clause[],
): Decision {
  const { viewer } = ctx;
  const snapshot = {
    sample: atom(question.sampleId),
    from: question.from.toLowerCase(),
    actor: { id: viewer.userId, roles: viewer.roles },
    facts,
    now: ctx.clock().getTime() / HOUR_MS,
  };
  return new Decision(knowledge, snapshot, REASON_BOOK, ctx.timer, abducible);
}

/** One verdict per question, in their order: what cannot be decided in time is not allowed. */
export async function decideTransitions(
  ctx: RulesContext,
  shared: readonly string[],
  questions: readonly TransitionQuestion[],
): Promise<TransitionVerdict[]> {
  if (questions.length > MAX_QUESTIONS) {
    throw new BadInputError(`"questions" has ${questions.length} items; ${MAX_QUESTIONS} are allowed: ask in parts.`);
  }
  const image = await loadImage(ctx);
  const built = knowledgeAt(image, DEFAULT_RULE_SET, ctx.clock());
  if (built === null) throw new Error('The set "default" always has a version in force.');
  const common = readFacts(shared, 'shared', new Map());
  return ctx.turns.begin(ctx.viewer.organizationId, deciding(ctx, built, image.facts, common, questions));
}

function* deciding(
  ctx: RulesContext,
  built: Built,
  standing: readonly StandingFact[],
  common: readonly Clause[],
  questions: readonly TransitionQuestion[],
): Slices<TransitionVerdict[]> {
  const millis = new SharedMillis(BATCH_MILLIS, ctx.timer);
  const verdicts: TransitionVerdict[] = [];
  for (const [i, question] of questions.entries()) {
    const facts = readFacts(question.facts, `questions[${i}].facts`, new Map());
    const conditions = readFacts(question.conditions, `questions[${i}].conditions`, new Map(), MAX_CONDITIONS);
    const decision = millis.spent
      ? null
      : decisionOf(ctx, built, question, assuming([...common, ...facts], conditions));
    const blockers =
      decision === null
        ? [stoppedBlocker('TIME')]
        : yield* millis.take(decision.deciding(question.kind, question.to.toLowerCase()));
    const decided = decision === null ? null : { decision, question, facts: standing };
    verdicts.push({ allowed: blockers.length === 0, blockers, version: built.version, decided });
    yield;
  }
  return verdicts;
}
