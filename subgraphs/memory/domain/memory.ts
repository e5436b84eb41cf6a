export type MessageType = 'USER' | 'ASSISTANT' | 'SYSTEM' | 'TOOL';

export type WorkflowStage =
  | 'INITIATION'
  | 'SAMPLE_RECEPTION'
  | 'REGISTRATION'
  | 'ASSIGNMENT'
  | 'PROCESSING'
  | 'TESTING'
  | 'RESULTS'
  | 'COMPLETION';

/** The client names a conversation (`key`); the name is unique among the conversations of one person. */
export interface Conversation {
  readonly id: string;
  readonly key: string;
  readonly userId: string;
  readonly startedAt: Date;
  readonly lastActivityAt: Date;
}

/** One turn. `position` counts the turns of its conversation from 1, erased ones included. */
export interface Context {
  readonly id: string;
  readonly conversation: Conversation;
  readonly userId: string;
  readonly position: number;
  readonly messageType: MessageType;
  readonly content: string;
  readonly contentSummary: string;
  readonly workflowId: string | null;
  readonly workflowStage: WorkflowStage | null;
  readonly embeddingModel: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export interface Pattern {
  readonly id: string;
  readonly userId: string;
  /** Null when the laboratory's staff shares it, else the client whose people do. */
  readonly clientId: string | null;
  readonly patternType: string;
  readonly description: string;
  readonly frequency: number;
  readonly successRate: number;
  readonly userPreference: string | null;
  readonly createdAt: Date;
}

export interface Interaction {
  readonly id: string;
  readonly userId: string;
  readonly interactionType: string;
  readonly satisfactionScore: number | null;
  readonly contextTags: readonly string[];
  readonly createdAt: Date;
}

/** Proof of an erasure: numbers and names, nothing of what was erased. */
export interface Receipt {
  readonly id: string;
  readonly userId: string;
  readonly erasedBy: string;
  readonly contexts: number;
  readonly conversations: number;
  readonly patterns: number;
  readonly interactions: number;
  readonly reason: string;
  readonly at: Date;
}
