import type { ConsumerDefinition } from '#platform/events/index.ts';
import type { WorkflowsDeps } from './context.ts';
import { followSamples } from './service/follow-samples.ts';

export function consumersOf(deps: WorkflowsDeps): readonly ConsumerDefinition[] {
  return [
    {
      group: 'workflows.samples',
      topics: ['sample'],
      handle: (event) => followSamples(deps, [event]),
      handleAll: (events) => followSamples(deps, events),
    },
  ];
}
