import { defineSubgraph, readSchema } from '#platform/graphql/index.ts';
import { consumersOf } from './consumer.ts';
import { createContext, type WorkflowsContext, type WorkflowsDeps } from './context.ts';
import { createClient, type WorkflowsTx } from './data/client.ts';
import { createPrismaWorkflowStore } from './data/prisma-workflow-store.ts';
import { createRules } from './data/rules.ts';
import { createSampleFacts } from './data/sample-facts.ts';
import { resolvers } from './resolvers/index.ts';
import { createLatestWorkflows } from './service/watch-workflows.ts';

export const workflows = defineSubgraph<WorkflowsDeps, WorkflowsContext>({
  name: 'workflows',
  port: 4003,
  typeDefs: readSchema('workflows'),
  resolvers,
  async createDeps(host) {
    const database = await host.database<WorkflowsTx>('workflows', createClient);
    const store = createPrismaWorkflowStore(database);
    return {
      store,
      log: host.eventLog(database),
      latest: createLatestWorkflows(store),
      clock: host.clock,
      newId: host.newId,
      sampleFactsFrom: createSampleFacts,
      rulesFrom: createRules,
    };
  },
  createContext,
  consumers: consumersOf,
});
