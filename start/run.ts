import { ConfigurationError } from '#platform/config/index.ts';
import { AppError } from '#platform/errors/index.ts';

/** Tells the person at the terminal; logs go elsewhere. */
export type Tell = (text: string) => void;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Starts, waits for Ctrl-C or SIGTERM, stops. A second signal ends at once.
 * What the person can mend is said in a sentence; anything else with its stack. Both exit with 1.
 */
export async function runUntilSignal(start: (tell: Tell) => Promise<AsyncDisposable>): Promise<void> {
  const { promise: signalled, resolve: stop } = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) process.exit(130);
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    await using _running = await start(say);
    await signalled;
    say('Stopping: requests under way are finished first (Ctrl-C again ends at once).');
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${explained(error)}\n`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
}

function explained(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
