import type { RecordedEvent } from './event.ts';
import type { Conflict, Refused } from './machine.ts';
import type { Workflow } from './workflow.ts';

export interface Advanced {
  readonly kind: 'advanced';
  /** As the change left it. */
  readonly workflow: Workflow;
  readonly event: RecordedEvent;
}

/** Nothing was there to change; not kept, so a retry looks again. */
export interface NotFound {
  readonly kind: 'notFound';
  readonly workflowId: string;
}

/** What a change came to; kept under its idempotency key, so a retry hears the same. */
export type Settled = Advanced | Refused | Conflict;

export type Outcome = Settled | NotFound;
