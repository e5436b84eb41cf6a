import { LRUCache } from 'lru-cache';
import { defineSubgraph, type Host, readSchema } from '#platform/graphql/index.ts';
import { createContext, type RulesContext, type RulesDeps } from './context.ts';
import { createClient } from './data/client.ts';
import { resolvers } from './resolvers.ts';
import { AnswerCache } from './service/answer-cache.ts';
import { purgeQuestions } from './service/questions.ts';
import { Turns } from './service/turns.ts';

/** Organizations whose knowledge is kept in memory; the others' is read again when they ask. */
const MAX_IMAGES = 50;

export async function createDeps(host: Host): Promise<RulesDeps> {
  const db = await host.database('rules', createClient);
  const timer = () => performance.now();
  return {
    db,
    log: host.eventLog(db),
    answers: new AnswerCache(host.metrics),
    images: new LRUCache({ max: MAX_IMAGES }),
    clock: host.clock,
    timer,
    turns: new Turns(timer),
    newId: host.newId,
  };
}

export const rules = defineSubgraph<RulesDeps, RulesContext>({
  name: 'rules',
  port: 4004,
  typeDefs: readSchema('rules'),
  resolvers,
  createDeps,
  createContext,
  jobs: (deps) => [
    { name: 'rules.purge-questions', cron: '*/10 * * * *', handle: (_, signal) => purgeQuestions(deps, signal) },
  ],
});
