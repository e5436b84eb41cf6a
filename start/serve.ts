import { ConfigurationError, examineSettings, type Settings, type SubgraphName } from '#platform/config/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { type CommandLine, inTermsOfFlags, readCommandLine } from './command-line.ts';
import type { Tell } from './run.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts one part. Only what that part needs is loaded: a router alone knows no database and no subgraph of ours.
 * @throws ConfigurationError naming every problem of the flags and variables at once.
 */
export async function serve(args: readonly string[], env: NodeJS.ProcessEnv, tell: Tell): Promise<Served> {
  const line = readCommandLine(args);
  try {
    const served = await start(line, { ...env, ...line.variables });
    tell(`${line.part} answers at ${served.url}/graphql (health: ${served.url}/health). Ctrl-C stops.`);
    return served;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(error.problems.map((problem) => inTermsOfFlags(problem, line)));
  }
}

async function start(line: CommandLine, env: NodeJS.ProcessEnv): Promise<Served> {
  const examined = examineSettings(env);
  const { settings } = examined;
  const { part } = line;
  const problems = [...line.problems, ...examined.problems];
  if (part === null) throw new ConfigurationError(problems);
  const logger = createLogger({ level: settings.config.logLevel, name: part });
  if (part === 'router') {
    const { serveRouter } = await import('./serve-router.ts');
    return serveRouter({ settings, logger, line, env, problems });
  }
  const needs = needsOf(part, settings, problems);
  const { serveSubgraph } = await import('./serve-subgraph.ts');
  return serveSubgraph(part, { settings, logger, ...needs });
}

/** What a subgraph in a process of its own cannot do without. */
function needsOf(part: SubgraphName, { secrets }: Settings, problems: string[]) {
  const { redisUrl, secretKey } = secrets;
  const databaseUrl = secrets.databaseUrls[part];
  if (!databaseUrl) {
    problems.push(
      `DATABASE_URL: required, the embedded database admits one process only; it is absent (or set ${part.toUpperCase()}_DATABASE_URL)`,
    );
  }
  if (!redisUrl) problems.push('REDIS_URL: required, events have to reach other processes; it is absent');
  // With a database the settings themselves demand it.
  if (!secretKey && !databaseUrl) problems.push('SECRET_KEY: required, and the same in every process; it is absent');
  if (problems.length > 0 || !databaseUrl || !secretKey) throw new ConfigurationError(problems);
  return { databaseUrl, secretKey };
}
