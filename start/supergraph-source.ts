import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GraphQLError, Kind, parse, type StringValueNode } from 'graphql';
import { SUBGRAPH_NAMES, VARIABLES } from '#platform/config/index.ts';

const OUR_SUPERGRAPH = new URL('../schema/supergraph.graphql', import.meta.url);
const FETCH_TIMEOUT_MS = 10_000;

/** The directory that relative paths are meant from: npm runs scripts in the package's own, and names the caller's. */
export function callerDirectory(env: NodeJS.ProcessEnv): string {
  return (env.npm_lifecycle_event === 'serve' && env.INIT_CWD) || process.cwd();
}

/**
 * The text of a supergraph.
 * @param source a file, an http(s) URL, or null for our own.
 * @throws Error saying why it cannot be read.
 */
export async function readSupergraph(source: string | null, directory: string): Promise<string> {
  if (source === null) return readFile(OUR_SUPERGRAPH, 'utf8');
  if (!/^https?:\/\//.test(source)) return readFile(resolve(directory, source), 'utf8');
  const response = await fetch(source, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response.text();
}

/**
 * Each subgraph's URL as the supergraph says it; empty where it says none. Empty for what is no supergraph.
 * @throws Error naming line and column where the text is not GraphQL.
 */
export function urlsIn(sdl: string): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const definition of parsed(sdl).definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { directives } of definition.values ?? []) {
      const texts = (directives ?? []).find(({ name }) => name.value === 'join__graph')?.arguments ?? [];
      const textOf = (name: string) =>
        texts.find((argument) => argument.name.value === name && argument.value.kind === Kind.STRING)?.value as
          | StringValueNode
          | undefined;
      const name = textOf('name')?.value;
      if (name !== undefined) urls.set(name, textOf('url')?.value ?? '');
    }
  }
  return urls;
}

function parsed(sdl: string) {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw new Error(`line ${place?.line}, column ${place?.column}: ${error.message}`);
  }
}

export interface UrlSources {
  /** Each `--subgraph`, as it was given. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Where each subgraph is reached: a flag goes before its variable, which goes before the supergraph.
 * Problems are added to the list.
 */
export function subgraphUrls(
  supergraph: ReadonlyMap<string, string>,
  { flags, env }: UrlSources,
  problems: string[],
): ReadonlyMap<string, string> {
  const urls = new Map(supergraph);
  for (const name of supergraph.keys()) {
    const variable = variableOf(name);
    const url = env[variable];
    if (!url || isTakenOtherwise(variable)) continue;
    urls.set(name, url);
    if (!isHttp(url)) problems.push(`${variable}: expected an http(s) URL, got ${JSON.stringify(url)}`);
  }
  for (const flag of flags) {
    const [name = '', ...rest] = flag.split('=');
    const url = rest.join('=');
    if (name !== '' && isHttp(url)) urls.set(name, url);
    else
      problems.push(
        `--subgraph: expected name=URL, as in products=http://localhost:4101/graphql, got ${JSON.stringify(flag)}`,
      );
    if (name !== '' && supergraph.size > 0 && !supergraph.has(name)) {
      problems.push(
        `--subgraph: the supergraph has no subgraph ${JSON.stringify(name)}; it has ${[...supergraph.keys()].join(', ')}`,
      );
    }
  }
  for (const [name, url] of urls) {
    if (url === '')
      problems.push(`SUPERGRAPH: it names no URL of ${name}; say where it is with --subgraph ${name}=<URL>`);
  }
  return urls;
}

/** `order-items` is moved by ORDER_ITEMS_URL. */
function variableOf(subgraph: string): string {
  return `${subgraph.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`;
}

const OURS = new Set(SUBGRAPH_NAMES.map(variableOf));

/** A subgraph that is called redis must not be looked for at REDIS_URL. */
function isTakenOtherwise(variable: string): boolean {
  return variable in VARIABLES && !OURS.has(variable);
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
