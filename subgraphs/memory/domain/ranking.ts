/** What an index found by one or both of its legs; the raw scores compare within one search only. */
export interface Candidate {
  readonly id: string;
  /** The conversation for contexts; null where entries form no groups. */
  readonly group: string | null;
  readonly at: Date;
  /** BM25, 0 when no word matched. */
  readonly lexical: number;
  /** Cosine similarity, −1 to 1; null when no vector was sent or the entry has none of that model. */
  readonly dense: number | null;
}

/** Each between 0 and 1. */
export interface Scores {
  readonly lexical: number;
  readonly dense: number | null;
  readonly session: number;
  readonly recency: number;
}

export interface Ranked {
  readonly id: string;
  readonly score: number;
  readonly scores: Scores;
}

/** Measured on LoCoMo (bench/memory-retrieval.ts; docs/decisions/061): change them with its figures. */
export const WEIGHTS = { dense: 0.5, session: 0.3 } as const;

const SESSION_TURNS = 3;
const RECENCY_HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;

function shareOf(best: number, score: number): number {
  return best > 0 ? Math.max(0, score) / best : 0;
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}

/**
 * How well each conversation matches as a whole, as a share of the best: what its three best turns scored together,
 * so that a long conversation does not win by its length.
 */
function sessionShares(candidates: readonly Candidate[], fused: readonly number[]): Map<string, number> {
  const turns = new Map<string, number[]>();
  candidates.forEach(({ group }, index) => {
    if (group !== null) turns.set(group, [...(turns.get(group) ?? []), fused[index] ?? 0]);
  });
  const sums = [...turns].map(([group, scores]) => [group, sumOfBest(scores, SESSION_TURNS)] as const);
  const best = largest(sums.map(([, sum]) => sum));
  return new Map(sums.map(([group, sum]) => [group, shareOf(best, sum)]));
}

function sumOfBest(scores: readonly number[], count: number): number {
  return scores
    .toSorted((a, b) => b - a)
    .slice(0, count)
    .reduce((sum, score) => sum + score, 0);
}

function recencyOf(at: Date, now: Date): number {
  const days = Math.max(0, now.getTime() - at.getTime()) / DAY_MS;
  return 0.5 ** (days / RECENCY_HALF_LIFE_DAYS);
}

/** Half a millionth apart is equal: floating point noise must not decide before recency does. */
function byScoreThenRecency(a: Ranked, b: Ranked): number {
  const difference = b.score - a.score;
  if (Math.abs(difference) > 5e-7) return difference;
  return b.scores.recency - a.scores.recency || (a.id < b.id ? 1 : -1);
}

/**
 * Weighted fusion of scores that are normalised by their theoretical minimum and the best hit, best first.
 * Without any vector the lexical leg alone decides. Recency breaks ties only: as a factor it loses recall.
 */
export function rank(candidates: readonly Candidate[], now: Date): Ranked[] {
  const bestLexical = largest(candidates.map((each) => each.lexical));
  const bestDense = largest(candidates.map((each) => each.dense ?? 0));
  const denseWeight = bestDense > 0 ? (bestLexical > 0 ? WEIGHTS.dense : 1) : 0;
  const legs = candidates.map((each) => ({
    lexical: shareOf(bestLexical, each.lexical),
    dense: each.dense === null ? null : shareOf(bestDense, each.dense),
  }));
  const fused = legs.map((leg) => (1 - denseWeight) * leg.lexical + denseWeight * (leg.dense ?? 0));
  const sessions = sessionShares(candidates, fused);
  return candidates
    .map((each, index) => {
      const session = each.group === null ? 0 : (sessions.get(each.group) ?? 0);
      const score = ((fused[index] ?? 0) + WEIGHTS.session * session) / (1 + WEIGHTS.session);
      const { lexical = 0, dense = null } = legs[index] ?? {};
      return { id: each.id, score, scores: { lexical, dense, session, recency: recencyOf(each.at, now) } };
    })
    .sort(byScoreThenRecency);
}
