/** `npm run serve -- <subgraph>|router`: one process for one part, against the services that the environment names. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Before anything else is loaded: what is compiled once (and stripped of its types) is not compiled at the next start.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));
const { environment } = await import('#platform/config/index.ts');
const { usage } = await import('#start/command-line.ts');
const { runUntilSignal } = await import('#start/run.ts');
const { serve } = await import('#start/serve.ts');

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) process.stdout.write(usage());
else {
  await runUntilSignal(async (tell) => {
    const served = await serve(args, environment(), tell);
    flushCompileCache();
    return served;
  });
}
