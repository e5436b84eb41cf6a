/** `npm start`: everything in one process, on embedded defaults unless the environment names services. */
import '#platform/host/v8-flags.ts';
import { environment } from '#platform/config/index.ts';
import { banner } from './start/banner.ts';
import { runUntilSignal } from './start/run.ts';
import { startAll } from './start/start-all.ts';

await runUntilSignal(async (tell) => {
  const running = await startAll(environment(), tell);
  tell(banner(running));
  return running;
});
