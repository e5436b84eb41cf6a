import { defineSubgraph, type Host, readSchema } from '#platform/graphql/index.ts';
import { createContext, type SamplesContext, type SamplesDeps } from './context.ts';
import { createClient } from './data/client.ts';
import { createPrismaSampleStore } from './data/prisma-sample-store.ts';
import { resolvers } from './resolvers/index.ts';
import { followWorkflows, GROUP } from './service/follow-workflows.ts';

export async function createDeps(host: Host): Promise<SamplesDeps> {
  const database = await host.database('samples', createClient);
  return { store: createPrismaSampleStore(database), clock: host.clock, newId: host.newId };
}

export const samples = defineSubgraph<SamplesDeps, SamplesContext>({
  name: 'samples',
  port: 4002,
  typeDefs: readSchema('samples'),
  resolvers,
  createDeps,
  createContext,
  consumers: (deps) => [
    {
      group: GROUP,
      topics: ['workflow'],
      handle: (event) => followWorkflows(deps, [event]),
      handleAll: (events) => followWorkflows(deps, events),
    },
  ],
});
