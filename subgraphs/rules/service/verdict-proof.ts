import type { RulesContext } from '../context.ts';
import { asking } from '../domain/ask.ts';
import { DEFAULT_LIMITS, type Limits } from '../domain/budget.ts';
import type { QuestionKind } from '../domain/decision.ts';
import { RuleFault } from '../domain/faults.ts';
import type { Knowledge } from '../domain/knowledge.ts';
import { readTerm } from '../domain/parser.ts';
import type { Proof } from '../domain/proof.ts';
import type { Slices } from '../domain/slices.ts';
import { atom, struct, type Term } from '../domain/term.ts';
import { TermTooLarge } from '../domain/writer.ts';
import type { Decided, TransitionVerdict } from './decide.ts';
import { rulesIn, type ToldProof, telling, toldProof } from './told-proof.ts';

/** As small as those of a decision: what it proves has been found within them. */
const PROOF_LIMITS: Limits = { ...DEFAULT_LIMITS, inferences: 200_000, answers: 1, depth: 2_000, millis: 50 };
const MAX_PROVED_BLOCKERS = 20;

const ALLOWED: Readonly<Record<QuestionKind, string>> = {
  ADVANCE: 'can_transition',
  REWORK: 'may_rework',
  CANCEL: 'may_cancel',
  HOLD: 'may_hold',
};
const BLOCKED: Readonly<Record<QuestionKind, string>> = {
  ADVANCE: 'blocker',
  REWORK: 'rework_blocker',
  CANCEL: 'cancel_blocker',
  HOLD: 'hold_blocker',
};

function isMove(kind: QuestionKind): boolean {
  return kind === 'ADVANCE' || kind === 'REWORK';
}

/** What has to be proved: that it is allowed, or each of the objections. */
function goalsOf({ allowed, blockers }: TransitionVerdict, { question }: Decided, actorId: string): Term[] {
  const { kind } = question;
  const sample = atom(question.sampleId);
  const [from, to, actor] = [atom(question.from.toLowerCase()), atom(question.to.toLowerCase()), atom(actorId)];
  if (allowed) return [struct(ALLOWED[kind], isMove(kind) ? [sample, from, to] : [sample, actor])];
  const second = isMove(kind) ? to : actor;
  return blockers
    .slice(0, MAX_PROVED_BLOCKERS)
    .map(({ reason }) => struct(BLOCKED[kind], [sample, second, readTerm(reason).term]));
}

/** Nothing where it cannot be proved within the limits: the verdict stands without it. */
function* proving(knowledge: Knowledge, goal: Term, clock: () => number): Slices<readonly Proof[]> {
  const question = { goal, variables: new Map(), limits: PROOF_LIMITS, distinct: false, prove: 0 };
  try {
    return (yield* asking(knowledge, question, clock)).answers[0]?.proof ?? [];
  } catch (error) {
    if (error instanceof RuleFault || error instanceof TermTooLarge) return [];
    throw error;
  }
}

function* provingAll(knowledge: Knowledge, goals: readonly Term[], clock: () => number): Slices<readonly Proof[]> {
  const proofs: Proof[] = [];
  for (const goal of goals) proofs.push(...(yield* proving(knowledge, goal, clock)));
  return proofs;
}

/** Made only for those who ask for it: a decision is taken thousands of times a second, and read by few. */
export async function verdictProof(ctx: RulesContext, verdict: TransitionVerdict): Promise<ToldProof | null> {
  const { decided } = verdict;
  if (decided === null) return null;
  const goals = goalsOf(verdict, decided, ctx.viewer.userId);
  const proofs = await ctx.turns.begin(
    ctx.viewer.organizationId,
    provingAll(decided.decision.knowledge, goals, ctx.timer),
  );
  if (proofs.length === 0) return null;
  return toldProof(proofs, telling(decided.facts), await rulesIn(ctx, proofs));
}
