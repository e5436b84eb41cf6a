import { BadInputError } from '#platform/errors/index.ts';
import type { MessageType, WorkflowStage } from './memory.ts';
import { summarise } from './text.ts';
import { type Vector, vectorOf } from './vector.ts';

const LIMITS = {
  conversationId: 200,
  content: 20_000,
  query: 2_000,
  patternType: 100,
  description: 2_000,
  userPreference: 500,
  interactionType: 100,
  reason: 500,
} as const;
const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 50;
const MAX_HITS = 100;
const MAX_IDS = 500;

function checkText(name: keyof typeof LIMITS, text: string): string {
  const most = LIMITS[name];
  if (text.includes('\u0000')) throw new BadInputError(`"${name}" must not contain the character NUL (U+0000).`);
  if (text.trim() !== '' && text.length <= most) return text;
  throw new BadInputError(`"${name}" must hold 1 to ${most} characters, got ${text.trim() === '' ? 0 : text.length}.`);
}

function checkShare(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new BadInputError(`"${name}" must lie between 0 and 1, got ${value}.`);
}

interface WithEmbedding {
  readonly embedding?: readonly number[] | null | undefined;
  readonly embeddingModel?: string | null | undefined;
}

export interface ContextInput extends WithEmbedding {
  readonly conversationId: string;
  readonly messageType: MessageType;
  readonly content: string;
  readonly workflowId?: string | null | undefined;
  readonly workflowStage?: WorkflowStage | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

export interface ContextDraft {
  readonly conversationKey: string;
  readonly messageType: MessageType;
  readonly content: string;
  readonly contentSummary: string;
  readonly workflowId: string | null;
  readonly workflowStage: WorkflowStage | null;
  readonly vector: Vector | null;
  readonly expiresAt: Date | null;
}

/** @throws BadInputError saying what is wrong and how to mend it. */
export function contextDraft(input: ContextInput, now: Date): ContextDraft {
  const { expiresAt = null, workflowId = null, workflowStage = null } = input;
  const content = checkText('content', input.content);
  if (expiresAt && expiresAt <= now) {
    throw new BadInputError(
      `"expiresAt" must lie in the future, got ${expiresAt.toISOString()} while it is ${now.toISOString()}.`,
    );
  }
  if (workflowStage && !workflowId) {
    throw new BadInputError('"workflowStage" came without "workflowId": say which workflow is at that stage.');
  }
  return {
    conversationKey: checkText('conversationId', input.conversationId),
    messageType: input.messageType,
    content,
    contentSummary: summarise(content),
    workflowId,
    workflowStage,
    vector: vectorOf(input.embedding, input.embeddingModel),
    expiresAt,
  };
}

export interface PatternInput extends WithEmbedding {
  readonly patternType: string;
  readonly description: string;
  readonly frequency?: number | null | undefined;
  readonly successRate: number;
  readonly userPreference?: string | null | undefined;
}

export interface PatternDraft {
  readonly patternType: string;
  readonly description: string;
  readonly frequency: number;
  readonly successRate: number;
  readonly userPreference: string | null;
  readonly vector: Vector | null;
}

/** @throws BadInputError saying what is wrong and how to mend it. */
export function patternDraft(input: PatternInput): PatternDraft {
  const frequency = input.frequency ?? 1;
  if (frequency < 1) throw new BadInputError(`"frequency" must be 1 or more, got ${frequency}.`);
  return {
    patternType: checkText('patternType', input.patternType),
    description: checkText('description', input.description),
    frequency,
    successRate: checkShare('successRate', input.successRate),
    userPreference: input.userPreference == null ? null : checkText('userPreference', input.userPreference),
    vector: vectorOf(input.embedding, input.embeddingModel),
  };
}

export interface InteractionInput extends WithEmbedding {
  readonly interactionType: string;
  readonly satisfactionScore?: number | null | undefined;
  readonly contextTags?: readonly string[] | null | undefined;
}

export interface InteractionDraft {
  readonly interactionType: string;
  readonly satisfactionScore: number | null;
  readonly contextTags: readonly string[];
  readonly vector: Vector | null;
}

function checkTags(tags: readonly string[]): readonly string[] {
  const wrong = tags.find((tag) => tag.trim() === '' || tag.length > MAX_TAG_LENGTH || tag.includes('\u0000'));
  if (tags.length <= MAX_TAGS && wrong === undefined) return tags;
  const got = wrong === undefined ? `${tags.length} tags` : JSON.stringify(wrong.slice(0, MAX_TAG_LENGTH + 1));
  throw new BadInputError(
    `"contextTags" must be at most ${MAX_TAGS} tags of 1 to ${MAX_TAG_LENGTH} characters, got ${got}.`,
  );
}

/** @throws BadInputError saying what is wrong and how to mend it. */
export function interactionDraft(input: InteractionInput): InteractionDraft {
  const { satisfactionScore = null } = input;
  return {
    interactionType: checkText('interactionType', input.interactionType),
    satisfactionScore: satisfactionScore === null ? null : checkShare('satisfactionScore', satisfactionScore),
    contextTags: checkTags(input.contextTags ?? []),
    vector: vectorOf(input.embedding, input.embeddingModel),
  };
}

export interface SearchInput extends WithEmbedding {
  readonly query: string;
  readonly limit?: number | null | undefined;
}

export interface Question {
  readonly query: string;
  readonly limit: number;
  readonly vector: Vector | null;
}

/** @throws BadInputError saying what is wrong and how to mend it. */
export function questionOf(input: SearchInput): Question {
  const limit = input.limit ?? 10;
  if (limit < 1 || limit > MAX_HITS) throw new BadInputError(`"limit" must be 1 to ${MAX_HITS}, got ${limit}.`);
  return {
    query: checkText('query', input.query),
    limit,
    vector: vectorOf(input.embedding, input.embeddingModel),
  };
}

export interface ForgetRequest {
  readonly conversationId?: string | null | undefined;
  readonly contextIds?: readonly string[] | null | undefined;
  readonly patternIds?: readonly string[] | null | undefined;
  readonly interactionIds?: readonly string[] | null | undefined;
  readonly everything?: boolean | null | undefined;
  readonly reason: string;
}

export type Selection =
  | { readonly kind: 'conversation'; readonly key: string }
  | { readonly kind: 'contexts' | 'patterns' | 'interactions'; readonly ids: readonly string[] }
  | { readonly kind: 'everything' };

function idsOf(name: string, ids: readonly string[]): readonly string[] {
  const distinct = [...new Set(ids)];
  if (distinct.length >= 1 && distinct.length <= MAX_IDS) return distinct;
  throw new BadInputError(`"${name}" must hold 1 to ${MAX_IDS} ids, got ${distinct.length}.`);
}

/** @throws BadInputError unless exactly one of the ways to select is used and the reason is given. */
export function selectionOf(request: ForgetRequest): { selection: Selection; reason: string } {
  const { conversationId, contextIds, patternIds, interactionIds, everything } = request;
  const named: Selection[] = [];
  if (conversationId != null) named.push({ kind: 'conversation', key: conversationId });
  if (contextIds) named.push({ kind: 'contexts', ids: idsOf('contextIds', contextIds) });
  if (patternIds) named.push({ kind: 'patterns', ids: idsOf('patternIds', patternIds) });
  if (interactionIds) named.push({ kind: 'interactions', ids: idsOf('interactionIds', interactionIds) });
  if (everything) named.push({ kind: 'everything' });
  const [selection] = named;
  if (named.length !== 1 || !selection) {
    throw new BadInputError(
      `Name exactly one of conversationId, contextIds, patternIds, interactionIds and everything, got ${named.length}.`,
    );
  }
  return { selection, reason: checkText('reason', request.reason) };
}
