import type { RouterConfig } from '#platform/config/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Tracing } from '#router/telemetry/tracing.ts';

/** Where a collector is named; what tells traces is loaded then, and the last of them are told when the stack unwinds. */
export async function openTracing(
  { tracing }: Pick<RouterConfig, 'tracing'>,
  logger: Logger,
  opening: AsyncDisposableStack,
): Promise<Tracing | undefined> {
  if (!tracing) return undefined;
  const { createTracing } = await import('#router/telemetry/otlp.ts');
  return opening.use(createTracing({ ...tracing, logger }));
}
