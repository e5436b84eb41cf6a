/** `npm run serve -- <subgraph>|router`: one process for one part, against the services that the environment names. */
import { environment } from '#platform/config/index.ts';
import { runUntilSignal } from '#start/run.ts';
import { serve } from '#start/serve.ts';

await runUntilSignal((tell) => serve(process.argv.slice(2), environment(), tell));
