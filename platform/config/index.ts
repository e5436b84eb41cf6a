import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { type HeaderConstant, parseHeaderConstants } from './header-rules.ts';
import { isLoopback } from './loopback.ts';
import { identityConflicts, type RouterConfig, toRouterConfig } from './router.ts';
import { text, type Values } from './values.ts';
import { SUBGRAPH_NAMES, type SubgraphName, VARIABLES } from './variables.ts';

export { envExample } from './env-example.ts';
export { keepSecret } from './keep-secret.ts';
export type { RouterConfig } from './router.ts';
export { SUBGRAPH_NAMES, type SubgraphName, shownValue, VARIABLES } from './variables.ts';

export interface S3Config {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
}

/** What a process was told. Nothing secret is in it. */
export interface Config {
  readonly port: number | null;
  readonly host: string;
  readonly publicUrl: string | null;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly router: RouterConfig;
  /** Largest body that a subgraph takes over HTTP: what the router makes of one request may be larger than it. */
  readonly subgraphMaxBodyBytes: number;
  readonly subgraphUrls: Readonly<Partial<Record<SubgraphName, string>>>;
  readonly databaseConnections: number;
  readonly files: {
    readonly publicUrl: string | null;
    readonly maxBytes: number;
    readonly uploadHours: number;
    readonly s3: S3Config | null;
  };
  readonly sessions: { readonly accessTokenMinutes: number; readonly sessionHours: number };
  readonly qdrantUrl: string | null;
  readonly redisPrefix: string;
  /** True when no external database is named. */
  readonly embedded: boolean;
  readonly demo: {
    /** `npm start` founds the demonstration organization where no other was founded. */
    readonly founded: boolean;
    /** Its published passwords are accepted wherever it stands. */
    readonly admitted: boolean;
  };
}

/** What must never be printed. */
export interface Secrets {
  readonly databaseUrls: Readonly<Partial<Record<SubgraphName, string>>>;
  readonly migrationDatabaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly qdrantApiKey: string | null;
  readonly s3: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  /** Null on embedded defaults: the process then keeps a generated one in its data folder. */
  readonly secretKey: string | null;
  readonly identityKey: string | null;
  /** What the router adds to requests to subgraphs: keys, often. */
  readonly subgraphHeaders: readonly HeaderConstant[];
}

export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
}

/** All that is wrong with the environment, one line each. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

function parseVariables(env: NodeJS.ProcessEnv): { values: Values; problems: string[] } {
  const values: Record<string, string | number | undefined> = {};
  const problems: string[] = [];
  for (const [name, { kind, fallback }] of Object.entries(VARIABLES)) {
    const given = env[name] || undefined;
    const text = given ?? fallback;
    if (text === undefined) continue;
    try {
      values[name] = kind(text);
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}; it is ${shown(name, given)}`);
    }
  }
  return { values, problems };
}

function shown(name: string, value: string | undefined): string {
  return /KEY|SECRET|PASSWORD|DATABASE_URL|REDIS_URL|SET_HEADERS/.test(name)
    ? 'set (not shown)'
    : JSON.stringify(value);
}

export interface LoadOptions {
  /** The process runs router and all subgraphs, as `npm start` does. */
  readonly whole?: boolean;
}

function conflicts(values: Values, { whole = false }: LoadOptions): string[] {
  const problems: string[] = [];
  const s3 = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
  if (values.S3_ENDPOINT) {
    for (const name of s3)
      if (!values[name]) problems.push(`${name}: required because S3_ENDPOINT is set; it is absent`);
  }
  const [database] = ['DATABASE_URL', ...SUBGRAPH_NAMES.map(databaseOf)].filter((name) => values[name]);
  if (database && !values.SECRET_KEY) {
    problems.push(`SECRET_KEY: required because ${database} is set; it is absent (make one: openssl rand -hex 32)`);
  }
  if (whole && database && !values.DATABASE_URL) {
    const without = SUBGRAPH_NAMES.filter((name) => !values[databaseOf(name)]);
    const others = `${without.join(', ')} because ${database} is set; it is absent`;
    if (without.length > 0) {
      problems.push(`DATABASE_URL: required for ${others} (or set ${without.map(databaseOf).join(', ')})`);
    }
  }
  problems.push(...identityConflicts(values));
  if (whole && isEmbedded(values) && values.ALIMS_DEMO === undefined && !isLoopback(String(values.HOST))) {
    problems.push(
      `HOST: ${values.HOST} lets others reach the demonstration organization, whose passwords are published; set ALIMS_DEMO=off to start without it, DATABASE_URL to use a database of your own, or HOST=127.0.0.1`,
    );
  }
  return problems;
}

function databaseOf(subgraph: SubgraphName): string {
  return `${subgraph.toUpperCase()}_DATABASE_URL`;
}

function isEmbedded(values: Values): boolean {
  return Object.keys(perSubgraph(values, 'DATABASE_URL', text(values, 'DATABASE_URL'))).length === 0;
}

function perSubgraph(values: Values, suffix: string, fallback: string | null): Partial<Record<SubgraphName, string>> {
  return Object.fromEntries(
    SUBGRAPH_NAMES.flatMap((name) => {
      const value = text(values, `${name.toUpperCase()}_${suffix}`) ?? fallback;
      return value === null ? [] : [[name, value]];
    }),
  );
}

/**
 * Reads the environment.
 * @throws ConfigurationError with every problem at once.
 */
export function loadSettings(env: NodeJS.ProcessEnv, options: LoadOptions = {}): Settings {
  const { settings, problems } = examineSettings(env, options);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

/** For callers with more to find wrong: the settings as if the variables that are wrong were absent, and what is wrong. */
export function examineSettings(
  env: NodeJS.ProcessEnv,
  options: LoadOptions = {},
): { readonly settings: Settings; readonly problems: string[] } {
  const { values, problems } = parseVariables(env);
  problems.push(...conflicts(values, options));
  return { settings: { config: toConfig(values), secrets: toSecrets(values) }, problems };
}

/** The environment of this process: nothing else reads it. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** The settings that the environment of this process asks for. */
export function loadProcessSettings(): Settings {
  return loadSettings(environment());
}

function toConfig(values: Values): Config {
  const endpoint = text(values, 'S3_ENDPOINT');
  return {
    port: (values.PORT as number | undefined) ?? null,
    host: text(values, 'HOST') ?? '127.0.0.1',
    publicUrl: text(values, 'PUBLIC_URL'),
    dataDir: resolve(text(values, 'ALIMS_DATA_DIR') ?? '.alims'),
    logLevel: text(values, 'LOG_LEVEL') ?? 'warn',
    router: toRouterConfig(values),
    subgraphMaxBodyBytes: Number(values.SUBGRAPH_MAX_BODY_BYTES ?? Number(values.MAX_BODY_BYTES) + 4 * 1024 * 1024),
    subgraphUrls: perSubgraph(values, 'URL', null),
    databaseConnections: Number(values.DATABASE_CONNECTIONS),
    files: {
      publicUrl: text(values, 'FILES_PUBLIC_URL'),
      maxBytes: Number(values.FILES_MAX_BYTES),
      uploadHours: Number(values.UPLOAD_HOURS),
      s3:
        (endpoint && { endpoint, bucket: text(values, 'S3_BUCKET') ?? '', region: text(values, 'S3_REGION') ?? '' }) ||
        null,
    },
    sessions: {
      accessTokenMinutes: Number(values.ACCESS_TOKEN_MINUTES),
      sessionHours: Number(values.SESSION_HOURS),
    },
    qdrantUrl: text(values, 'QDRANT_URL'),
    redisPrefix: text(values, 'REDIS_PREFIX') ?? 'alims',
    embedded: isEmbedded(values),
    demo: { founded: isEmbedded(values) && values.ALIMS_DEMO !== 'off', admitted: values.ALIMS_DEMO === 'on' },
  };
}

function toSecrets(values: Values): Secrets {
  const secretKey = text(values, 'SECRET_KEY');
  const accessKeyId = text(values, 'S3_ACCESS_KEY_ID');
  return {
    databaseUrls: perSubgraph(values, 'DATABASE_URL', text(values, 'DATABASE_URL')),
    migrationDatabaseUrl: text(values, 'MIGRATION_DATABASE_URL'),
    redisUrl: text(values, 'REDIS_URL'),
    qdrantApiKey: text(values, 'QDRANT_API_KEY'),
    s3: accessKeyId ? { accessKeyId, secretAccessKey: text(values, 'S3_SECRET_ACCESS_KEY') ?? '' } : null,
    secretKey,
    identityKey: text(values, 'ROUTER_IDENTITY_KEY') ?? (secretKey && deriveKey(secretKey, 'identity')),
    subgraphHeaders: parseHeaderConstants(text(values, 'ROUTER_SET_HEADERS') ?? ''),
  };
}

/** A key for one purpose, so that no two uses share one. 64 hexadecimal digits. */
export function deriveKey(secretKey: string, purpose: string): string {
  return createHmac('sha256', secretKey).update(`alims:${purpose}`).digest('hex');
}
