import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GraphQLError, Kind, parse, type StringValueNode } from 'graphql';
import { SUBGRAPH_NAMES, VARIABLES } from '#platform/config/index.ts';
import { fileSource, type SupergraphSource, urlSource } from '#router/supergraph-source.ts';

const OUR_SUPERGRAPH = new URL('../schema/supergraph.graphql', import.meta.url);

/** The directory that relative paths are meant from: npm runs scripts in the package's own, and names the caller's. */
export function callerDirectory(env: NodeJS.ProcessEnv): string {
  return (env.npm_lifecycle_event === 'serve' && env.INIT_CWD) || process.cwd();
}

/**
 * Where the supergraph comes from, and is watched for changes.
 * @param source a file, an http(s) URL, or null for our own.
 * @param pollMs between questions to a URL.
 */
export function openSource(source: string | null, directory: string, pollMs: number): SupergraphSource {
  if (source === null) return fileSource(fileURLToPath(OUR_SUPERGRAPH));
  if (!/^https?:\/\//.test(source)) return fileSource(resolve(directory, source));
  return urlSource(source, { intervalMs: pollMs });
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
  const said = saidUrls({ flags, env });
  const urls = new Map([...supergraph].map(([name, url]) => [name, said(name) ?? url]));
  for (const name of supergraph.keys()) {
    const url = fromVariable(name, env);
    if (url !== undefined && !isHttp(url)) {
      problems.push(`${variableOf(name)}: expected an http(s) URL, got ${JSON.stringify(url)}`);
    }
  }
  for (const flag of flags) {
    const [name, url] = splitFlag(flag);
    if (name === '' || !isHttp(url)) {
      problems.push(
        `--subgraph: expected name=URL, as in products=http://localhost:4101/graphql, got ${JSON.stringify(flag)}`,
      );
    }
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

/** What a flag or a variable says of where a subgraph is, be it one that only a later supergraph has. */
export function saidUrls({ flags, env }: UrlSources): (name: string) => string | undefined {
  const byFlag = new Map(flags.map(splitFlag).filter(([, url]) => isHttp(url)));
  return (name) => byFlag.get(name) ?? fromVariable(name, env);
}

function splitFlag(flag: string): readonly [name: string, url: string] {
  const [name = '', ...rest] = flag.split('=');
  return [name, rest.join('=')];
}

function fromVariable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const variable = variableOf(name);
  return isTakenOtherwise(variable) ? undefined : env[variable] || undefined;
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
