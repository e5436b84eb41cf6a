import type { StreamGap } from '#platform/events/index.ts';
import type { Connection } from '#platform/graphql/index.ts';
import type { RecordedEvent } from './domain/event.ts';
import type { Conflict, Refused } from './domain/machine.ts';
import type { Advanced, NotFound } from './domain/outcome.ts';
import type { Blocker, Workflow } from './domain/workflow.ts';
import type { Transition } from './service/list-transitions.ts';
import type { TransitionValidation } from './service/validate-transitions.ts';

/** The domain's objects behind GraphQL types. */
export type WorkflowMapper = Workflow;
/** With the workflow where it is known already. */
export type WorkflowEventMapper = RecordedEvent & { readonly workflow?: Workflow };
export type WorkflowTransitionMapper = Transition;
export type BlockerMapper = Blocker;
export type SampleMapper = { readonly id: string };
export type UserMapper = { readonly id: string };
export type RuleMapper = { readonly id: string };
export type RuleSetVersionMapper = { readonly id: string; readonly number: number };
export type TransitionValidationMapper = TransitionValidation;
export type WorkflowAdvancedMapper = Advanced;
export type TransitionRefusedMapper = Refused;
export type WorkflowConflictMapper = Conflict;
export type WorkflowNotFoundMapper = NotFound;
export type StreamGapMapper = StreamGap;
export type WorkflowConnectionMapper = Connection<Workflow>;
export type WorkflowEventConnectionMapper = Connection<WorkflowEventMapper>;
