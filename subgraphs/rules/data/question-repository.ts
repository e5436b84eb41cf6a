import { isId } from '#platform/identity/index.ts';
import type { AskedQuestion } from '../domain/asked-question.ts';
import type { RulesReader, RulesTx } from './client.ts';
import type { Question as QuestionRow } from './prisma.generated/client.ts';

/** A question with the instant that it was asked of; null: as things were when it was asked. */
export interface KeptQuestion extends AskedQuestion {
  readonly asOf: Date | null;
  /** The text that was asked in the place of the version; null: the version itself. */
  readonly rules: string | null;
}

function toQuestion(row: QuestionRow): KeptQuestion {
  const {
    organizationId: _,
    limitInferences,
    limitAnswers,
    limitRows,
    limitDepth,
    limitMemory,
    limitMillis,
    ...question
  } = row;
  const limits = {
    inferences: limitInferences,
    answers: limitAnswers,
    rows: limitRows,
    depth: limitDepth,
    memory: limitMemory,
    millis: limitMillis,
  };
  return { ...question, limits };
}

export async function createQuestion(tx: RulesTx, organizationId: string, question: KeptQuestion): Promise<void> {
  const { limits, assume, ...rest } = question;
  const row: QuestionRow = {
    ...rest,
    organizationId,
    assume: [...assume],
    limitInferences: limits.inferences,
    limitAnswers: limits.answers,
    limitRows: limits.rows,
    limitDepth: limits.depth,
    limitMemory: limits.memory,
    limitMillis: limits.millis,
  };
  // Unlike `create`, this reads nothing back.
  await tx.question.createMany({ data: [row] });
}

/** Null also when it was asked at `keptSince` or before. */
export async function findQuestion(
  tx: RulesReader,
  organizationId: string,
  id: string,
  keptSince: Date,
): Promise<KeptQuestion | null> {
  if (!isId(id)) return null;
  const row = await tx.question.findFirst({ where: { id, organizationId, askedAt: { gt: keptSince } } });
  return row === null ? null : toQuestion(row);
}

/** Erases questions of all organizations that were asked at `keptSince` or before, at most so many; answers how many. */
export async function purgeQuestions(tx: RulesTx, keptSince: Date, most: number): Promise<number> {
  const rows = await tx.$queryRaw<{ purged: number }[]>`SELECT purge_questions(${keptSince}, ${most}::int) AS purged`;
  return rows[0]?.purged ?? 0;
}
