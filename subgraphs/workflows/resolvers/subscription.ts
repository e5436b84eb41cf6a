import type { StreamGap } from '#platform/events/index.ts';
import type { SubscriptionResolvers } from '../schema.generated.ts';
import type { DeliveredEvent } from '../service/watch-workflows.ts';
import { watchWorkflows } from '../service/watch-workflows.ts';

export const Subscription: SubscriptionResolvers = {
  workflowUpdated: {
    subscribe: (_, request, ctx) => watchWorkflows(ctx, request),
    resolve: (update: DeliveredEvent | StreamGap) => update,
  },
};
