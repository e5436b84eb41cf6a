import { parseHeaderConstants, parseHeaderRules } from './header-rules.ts';
import { parseClaimRules, parseJwksSources } from './jwks.ts';
import { type Kind, matching, oneOf, parsedBy, positive, text, url, whole } from './kinds.ts';
import { parseNetworks } from './networks.ts';
import { parseLimitRules, parseSubgraphRules } from './option-rules.ts';
import { parseRateRules } from './rate-rules.ts';

export const SUBGRAPH_NAMES = ['accounts', 'samples', 'workflows', 'rules', 'memory', 'files'] as const;
export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];

interface Variable {
  readonly kind: Kind;
  /** What is read when it is absent; without one the variable stays undefined. */
  readonly fallback?: string;
  readonly meaning: string;
  /** What .env.example shows where there is no default. */
  readonly example?: string;
  /** The flag of `npm run serve` that sets it, with what its value is: `port <number>`. */
  readonly flag?: string;
}

const http = url('http:', 'https:');
const postgres = url('postgres:', 'postgresql:');
const secret = text(32);
const bytes = whole(1);
const part = matching((given) => /^(0(\.\d+)?|1(\.0+)?)$/.test(given), 'a number from 0 to 1');

const isOrigin = (given: string) => /^https?:/.test(given) && URL.canParse(given) && new URL(given).origin === given;
const splitList = (given: string) => given.split(',').map((each) => each.trim());

/** Separated by commas, without the spaces around them. */
function origins(given: string): string {
  const all = splitList(given);
  if (all.every(isOrigin) || all.join() === '*') return all.join();
  throw new Error('expected origins such as https://lab.example, separated by commas and without a path, or * alone');
}

const perSubgraph: Readonly<Record<string, Variable>> = Object.fromEntries(
  SUBGRAPH_NAMES.flatMap((name) => [
    [
      `${name.toUpperCase()}_DATABASE_URL`,
      { kind: postgres, meaning: `Database of ${name} when it is not DATABASE_URL's.` },
    ],
    [
      `${name.toUpperCase()}_URL`,
      { kind: http, meaning: `Where the router and other subgraphs reach ${name} when it runs in its own process.` },
    ],
  ]),
);

/** Every environment variable that ALIMS reads. .env.example is generated from this table. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  PORT: {
    kind: whole(0, 65_535),
    example: '4000',
    meaning: 'Port of the router, or of the one subgraph that `npm run serve` starts; 0 takes a free one.',
    flag: 'port <number>',
  },
  HOST: {
    kind: text(),
    fallback: '127.0.0.1',
    meaning: 'Address to listen on; 0.0.0.0 in a container.',
    flag: 'host <address>',
  },
  PUBLIC_URL: { kind: http, meaning: 'How clients reach the router; default http://localhost:<PORT>.' },
  FILES_PUBLIC_URL: { kind: http, meaning: 'How clients reach uploads and downloads; default PUBLIC_URL.' },
  ALLOWED_ORIGINS: {
    kind: origins,
    meaning:
      'Origins whose pages may call the router, separated by commas (CORS); * alone names all; absent: its own alone.',
    flag: 'allowed-origins <origins>',
  },
  ALIMS_DATA_DIR: {
    kind: text(),
    fallback: '.alims',
    meaning: 'Folder of the embedded database, files and memory index.',
  },
  ALIMS_DEMO: {
    kind: oneOf('on', 'off'),
    meaning:
      'The demonstration organization, whose passwords are published. Absent: `npm start` founds it on embedded defaults and HOST 127.0.0.1, and nothing starts with it elsewhere. off: never. on: also where others reach it.',
  },
  LOG_LEVEL: {
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    fallback: 'warn',
    meaning: 'Least severe log lines that are written (JSON, on standard error).',
    flag: 'log-level <level>',
  },
  DATABASE_URL: {
    kind: postgres,
    meaning: 'PostgreSQL of the application role; absent: an embedded PostgreSQL in ALIMS_DATA_DIR.',
  },
  MIGRATION_DATABASE_URL: {
    kind: postgres,
    meaning: "PostgreSQL of the owner's role, used by `npm run migrate` alone.",
  },
  REDIS_URL: { kind: url('redis:', 'rediss:'), meaning: 'Shared cache and event streams; absent: in process.' },
  REDIS_PREFIX: {
    kind: matching((given) => /^[\w:-]{1,64}$/.test(given), '1 to 64 letters, digits, "_", "-" or ":"'),
    fallback: 'alims',
    meaning: 'Starts every key in Redis: installations that share one need different ones.',
  },
  QDRANT_URL: { kind: http, meaning: 'Vector index of memory; absent: one SQLite file in ALIMS_DATA_DIR.' },
  QDRANT_API_KEY: { kind: text(), meaning: 'Key that Qdrant asks for.' },
  S3_ENDPOINT: { kind: http, meaning: 'S3-compatible store of files; absent: a folder in ALIMS_DATA_DIR.' },
  S3_BUCKET: { kind: text(3), meaning: 'Bucket of files; required with S3_ENDPOINT.' },
  S3_REGION: { kind: text(), fallback: 'us-east-1', meaning: 'Region that requests to S3 are signed for.' },
  S3_ACCESS_KEY_ID: { kind: text(), meaning: 'Access key of S3; required with S3_ENDPOINT.' },
  S3_SECRET_ACCESS_KEY: { kind: text(), meaning: 'Secret key of S3; required with S3_ENDPOINT.' },
  FILES_MAX_BYTES: {
    kind: bytes,
    fallback: '5368709120',
    meaning: 'Largest file in bytes that an upload may announce.',
  },
  UPLOAD_HOURS: { kind: positive(720), fallback: '24', meaning: 'Hours within which an upload must be finished.' },
  ACCESS_TOKEN_MINUTES: { kind: positive(60), fallback: '15', meaning: 'Minutes that an access token lasts.' },
  SESSION_HOURS: {
    kind: positive(720),
    fallback: '24',
    meaning: 'Hours that a session lasts however often it is refreshed.',
  },
  SECRET_KEY: {
    kind: secret,
    meaning:
      'Seals signing keys in the database and signs download links; required when a database is named, generated in ALIMS_DATA_DIR otherwise.',
  },
  ROUTER_IDENTITY_KEY: {
    kind: secret,
    meaning:
      'Signs the identity that the router forwards to subgraphs; the same in all processes; derived from SECRET_KEY when absent.',
  },
  ROUTER_AUTH: {
    kind: oneOf('on', 'off'),
    fallback: 'on',
    meaning:
      'off: callers are not identified, and whatever token they send counts for nothing (only for foreign supergraphs).',
    flag: 'auth <on|off>',
  },
  ROUTER_JWKS: {
    kind: parsedBy(parseJwksSources),
    meaning:
      'Key sets (URLs or files, separated by commas) of the identity providers whose tokens a foreign supergraph takes, each with what it demands: https://idp.example/jwks.json;issuer=https://idp.example/;audience=lab;tolerance=5 (seconds).',
    flag: 'jwks <sources>',
  },
  ROUTER_POLICY_CLAIM: {
    kind: text(),
    fallback: 'roles',
    meaning: 'Claim of a token that holds what @policy asks for, or the way to it: realm_access.roles.',
    flag: 'policy-claim <claim>',
  },
  ROUTER_FORWARD_CLAIMS: {
    kind: parsedBy(parseClaimRules),
    meaning:
      'Claims of a token that subgraphs get as headers, which no client can send then: sub>x-user-id, org.id>x-organization.',
    flag: 'forward-claims <rules>',
  },
  ROUTER_FORWARD_HEADERS: {
    kind: parsedBy(parseHeaderRules),
    meaning:
      'Headers of clients that subgraphs get: authorization, x-trace-*, x-user>x-customer (renamed), products/x-region (for one subgraph).',
    flag: 'forward-headers <rules>',
  },
  ROUTER_SET_HEADERS: {
    kind: parsedBy(parseHeaderConstants),
    meaning: 'Headers that subgraphs always get, separated by semicolons: x-gateway=lab; products/x-api-key=…',
  },
  ROUTER_DOCUMENTS: {
    kind: text(),
    meaning:
      "Trusted documents, a file or folder: Apollo's manifest, an object of id to document, or .graphql files; absent: every document is served.",
    flag: 'documents <path>',
  },
  ROUTER_DOCUMENTS_MODE: {
    kind: oneOf('enforce', 'log-only'),
    fallback: 'enforce',
    meaning: 'log-only: documents that are not trusted are served, and each is logged once.',
    flag: 'documents-mode <mode>',
  },
  ROUTER_INTROSPECTION: {
    kind: oneOf('on', 'off'),
    meaning:
      'Whether clients may ask for the schema, and are told names that are like a wrong one; absent: only where programs on this machine alone reach the router (HOST).',
    flag: 'introspection <on|off>',
  },
  ROUTER_APQ_BYTES: {
    kind: whole(0),
    fallback: '8388608',
    meaning:
      'Memory in bytes for documents that clients register by hash (automatic persisted queries); 0 turns them off.',
    flag: 'apq-bytes <number>',
  },
  ROUTER_RATE_LIMITS: {
    kind: parsedBy(parseRateRules),
    fallback: 'person.cost=20000000/1m',
    meaning:
      'What one caller (by token, else by network address) may send within a time: requests=600/1m, cost=100000/1m, mutations=60/1m, operation.SignIn=5/1m; before any of them person. (with a token) or anonymous. (without); off: no limit.',
    flag: 'rate-limits <rules>',
  },
  ROUTER_TRUSTED_PROXIES: {
    kind: parsedBy(parseNetworks),
    meaning:
      'Proxies whose x-forwarded-for says who a client is: 10.0.0.7, 192.168.0.0/16, loopback, private; absent: none.',
    flag: 'trusted-proxies <networks>',
  },
  ROUTER_LIMITS: {
    kind: parsedBy(parseLimitRules),
    meaning:
      'Bounds other than the usual: depth=15, tokens=2000, aliases=30, directives=30, root-fields=10, cost=50000, batch=0 (no lists of operations), streams-per-person=500, streams-per-address=100.',
    flag: 'limits <rules>',
  },
  ROUTER_UNAUTHORIZED: {
    kind: oneOf('filter', 'reject'),
    fallback: 'filter',
    meaning:
      'What becomes of an operation with fields that its caller may not use (@authenticated, @requiresScopes, @policy). filter: they are null, each with an error. reject: nothing runs.',
    flag: 'unauthorized <filter|reject>',
  },
  ROUTER_RESPONSE_CACHE_BYTES: {
    kind: whole(0),
    fallback: '0',
    meaning:
      'Memory in bytes for answers that @cacheControl of the supergraph lets be kept, dropped when a mutation or event changes what they hold; 0 keeps none.',
    flag: 'response-cache-bytes <number>',
  },
  ROUTER_SUBGRAPH_OPTIONS: {
    kind: parsedBy(parseSubgraphRules),
    meaning:
      'How subgraphs are dealt with other than usually: query-timeout=5s, mutation-timeout=60s, retries=0, max-concurrent=64, circuit=off, http2=on, subscriptions=auto|ws|sse|callback; for one alone products/query-timeout=500ms.',
    flag: 'subgraph-options <rules>',
  },
  ROUTER_CALLBACK_URL: {
    kind: http,
    meaning:
      'Where subgraphs that answer subscriptions by callback reach this router and no other; needed for subscriptions=callback.',
    flag: 'callback-url <URL>',
  },
  SUPERGRAPH: {
    kind: text(),
    meaning: 'Supergraph that the router serves, a file or URL; default schema/supergraph.graphql.',
    flag: 'supergraph <file|URL>',
  },
  SUPERGRAPH_POLL_SECONDS: {
    kind: positive(86_400),
    fallback: '10',
    meaning: 'Seconds between questions whether the supergraph at a URL has changed; a file is watched.',
    flag: 'supergraph-poll <seconds>',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    kind: http,
    meaning:
      'Collector that the router sends OpenTelemetry traces to (OTLP/HTTP: /v1/traces below it is asked); absent: nothing is traced. OTEL_EXPORTER_OTLP_HEADERS goes with it.',
    example: 'http://localhost:4318',
  },
  OTEL_SERVICE_NAME: { kind: text(), fallback: 'alims-router', meaning: 'What the router is called in traces.' },
  OTEL_TRACES_SAMPLER_ARG: {
    kind: part,
    fallback: '1',
    meaning:
      'Part from 0 to 1 of the traces that begin at the router and are told; a client that traces decides by the flag of its traceparent.',
  },
  DATABASE_CONNECTIONS: { kind: whole(2, 100), fallback: '8', meaning: 'Connections to PostgreSQL per subgraph.' },
  MAX_BODY_BYTES: {
    kind: bytes,
    fallback: '4194304',
    meaning: 'Largest request body in bytes on /graphql.',
    flag: 'max-body-bytes <number>',
  },
  SUBGRAPH_MAX_BODY_BYTES: {
    kind: bytes,
    meaning:
      'Largest request body in bytes that a subgraph in a process of its own takes; default 4 MiB more than MAX_BODY_BYTES.',
  },
  ...perSubgraph,
};

/** What a person is shown as its value: the default, or what a value looks like; empty for neither. */
export function shownValue({ fallback, example }: Variable): string {
  return fallback ?? example ?? '';
}
