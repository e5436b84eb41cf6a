import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `expected a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });
const http = url('http:', 'https:');
const postgres = url('postgres:', 'postgresql:');
const secret = z.string().min(32, 'expected at least 32 characters');

const isOrigin = (text: string) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
const origins = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine((all) => all.every(isOrigin) || all.join() === '*', {
    message: 'expected origins such as https://lab.example, separated by commas and without a path, or * alone',
  })
  .transform((all) => all.join());

export const SUBGRAPH_NAMES = ['accounts', 'samples', 'workflows', 'rules', 'memory', 'files'] as const;
export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];

interface Variable {
  readonly schema: z.ZodType;
  readonly meaning: string;
  /** What .env.example shows; the default where there is one. */
  readonly example: string;
  /** The flag of `npm run serve` that sets it, with what its value is: `port <number>`. */
  readonly flag?: string;
}

function variable(schema: z.ZodType, example: string, meaning: string, flag?: string): Variable {
  return { schema, example, meaning, ...(flag !== undefined && { flag }) };
}

const perSubgraph = Object.fromEntries(
  SUBGRAPH_NAMES.flatMap((name) => [
    [
      `${name.toUpperCase()}_DATABASE_URL`,
      variable(postgres.optional(), '', `Database of ${name} when it is not DATABASE_URL's.`),
    ],
    [
      `${name.toUpperCase()}_URL`,
      variable(
        http.optional(),
        '',
        `Where the router and other subgraphs reach ${name} when it runs in its own process.`,
      ),
    ],
  ]),
);

/** Every environment variable that ALIMS reads. .env.example is generated from this table. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  PORT: variable(
    port.optional(),
    '4000',
    'Port of the router, or of the one subgraph that `npm run serve` starts; 0 takes a free one.',
    'port <number>',
  ),
  HOST: variable(
    z.string().min(1).default('127.0.0.1'),
    '127.0.0.1',
    'Address to listen on; 0.0.0.0 in a container.',
    'host <address>',
  ),
  PUBLIC_URL: variable(http.optional(), '', 'How clients reach the router; default http://localhost:<PORT>.'),
  FILES_PUBLIC_URL: variable(http.optional(), '', 'How clients reach uploads and downloads; default PUBLIC_URL.'),
  ALLOWED_ORIGINS: variable(
    origins.optional(),
    '',
    'Origins whose pages may call the router, separated by commas (CORS); * alone names all; absent: its own alone.',
    'allowed-origins <origins>',
  ),
  ALIMS_DATA_DIR: variable(
    z.string().min(1).default('.alims'),
    '.alims',
    'Folder of the embedded database, files and memory index.',
  ),
  ALIMS_DEMO: variable(
    z.enum(['on', 'off']).optional(),
    '',
    'The demonstration organization, whose passwords are published. Absent: `npm start` founds it on embedded defaults and HOST 127.0.0.1, and nothing starts with it elsewhere. off: never. on: also where others reach it.',
  ),
  LOG_LEVEL: variable(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
    'warn',
    'Least severe log lines that are written (JSON, on standard error).',
    'log-level <level>',
  ),
  DATABASE_URL: variable(
    postgres.optional(),
    '',
    'PostgreSQL of the application role; absent: an embedded PostgreSQL in ALIMS_DATA_DIR.',
  ),
  MIGRATION_DATABASE_URL: variable(
    postgres.optional(),
    '',
    "PostgreSQL of the owner's role, used by `npm run migrate` alone.",
  ),
  REDIS_URL: variable(url('redis:', 'rediss:').optional(), '', 'Shared cache and event streams; absent: in process.'),
  REDIS_PREFIX: variable(
    z
      .string()
      .regex(/^[\w:-]{1,64}$/, 'expected 1 to 64 letters, digits, "_", "-" or ":"')
      .default('alims'),
    'alims',
    'Starts every key in Redis: installations that share one need different ones.',
  ),
  QDRANT_URL: variable(http.optional(), '', 'Vector index of memory; absent: one SQLite file in ALIMS_DATA_DIR.'),
  QDRANT_API_KEY: variable(z.string().min(1).optional(), '', 'Key that Qdrant asks for.'),
  S3_ENDPOINT: variable(http.optional(), '', 'S3-compatible store of files; absent: a folder in ALIMS_DATA_DIR.'),
  S3_BUCKET: variable(z.string().min(3).optional(), '', 'Bucket of files; required with S3_ENDPOINT.'),
  S3_REGION: variable(
    z.string().min(1).default('us-east-1'),
    'us-east-1',
    'Region that requests to S3 are signed for.',
  ),
  S3_ACCESS_KEY_ID: variable(z.string().min(1).optional(), '', 'Access key of S3; required with S3_ENDPOINT.'),
  S3_SECRET_ACCESS_KEY: variable(z.string().min(1).optional(), '', 'Secret key of S3; required with S3_ENDPOINT.'),
  FILES_MAX_BYTES: variable(
    z.coerce.number().int().positive().default(5_368_709_120),
    '5368709120',
    'Largest file in bytes that an upload may announce.',
  ),
  UPLOAD_HOURS: variable(
    z.coerce.number().positive().max(720).default(24),
    '24',
    'Hours within which an upload must be finished.',
  ),
  ACCESS_TOKEN_MINUTES: variable(
    z.coerce.number().positive().max(60).default(15),
    '15',
    'Minutes that an access token lasts.',
  ),
  SESSION_HOURS: variable(
    z.coerce.number().positive().max(720).default(24),
    '24',
    'Hours that a session lasts however often it is refreshed.',
  ),
  SECRET_KEY: variable(
    secret.optional(),
    '',
    'Seals signing keys in the database and signs download links; required when a database is named, generated in ALIMS_DATA_DIR otherwise.',
  ),
  ROUTER_IDENTITY_KEY: variable(
    secret.optional(),
    '',
    'Signs the identity that the router forwards to subgraphs; the same in all processes; derived from SECRET_KEY when absent.',
  ),
  ROUTER_AUTH: variable(
    z.enum(['on', 'off']).default('on'),
    'on',
    'off: the router forwards no identity (only for foreign supergraphs).',
    'auth <on|off>',
  ),
  SUPERGRAPH: variable(
    z.string().min(1).optional(),
    '',
    'Supergraph that the router serves, a file or URL; default schema/supergraph.graphql.',
    'supergraph <file|URL>',
  ),
  DATABASE_CONNECTIONS: variable(
    z.coerce.number().int().min(2).max(100).default(8),
    '8',
    'Connections to PostgreSQL per subgraph.',
  ),
  MAX_BODY_BYTES: variable(
    z.coerce.number().int().positive().default(4_194_304),
    '4194304',
    'Largest request body in bytes on /graphql.',
    'max-body-bytes <number>',
  ),
  SUBGRAPH_MAX_BODY_BYTES: variable(
    z.coerce.number().int().positive().optional(),
    '',
    'Largest request body in bytes that a subgraph in a process of its own takes; default 4 MiB more than MAX_BODY_BYTES.',
  ),
  ...perSubgraph,
};
