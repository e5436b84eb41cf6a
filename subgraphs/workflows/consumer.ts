import type { ConsumerDefinition } from '#platform/events/index.ts';
import type { WorkflowsDeps } from './context.ts';
import { followSample } from './service/follow-sample.ts';

export function consumersOf(deps: WorkflowsDeps): readonly ConsumerDefinition[] {
  return [{ group: 'workflows.samples', topics: ['sample'], handle: (event) => followSample(deps, event) }];
}
