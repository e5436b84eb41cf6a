/** Our router alone in front of any supergraph, as an operator starts it: SUPERGRAPH=file PORT=4000. */
import { readFileSync } from 'node:fs';
import { createLogger } from '#platform/logging/index.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { NOBODY, startRouter } from '#router/index.ts';

const { SUPERGRAPH = '', PORT } = process.env;
const router = await startRouter({
  supergraphSdl: readFileSync(SUPERGRAPH, 'utf8'),
  port: Number(PORT),
  authenticate: async () => NOBODY,
  logger: createLogger({ level: 'error', name: 'bench-router' }),
  metrics: createMetrics(),
  // All subscribers of a benchmark come from one address, and none of them has a token.
  streamLimits: { perAddress: 20_000 },
});
process.once('SIGTERM', () => void router[Symbol.asyncDispose]());
