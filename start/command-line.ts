import { parseArgs } from 'node:util';
import { SUBGRAPH_NAMES, type SubgraphName, shownValue, VARIABLES } from '#platform/config/index.ts';

export type Part = SubgraphName | 'router';

/** What the words after `npm run serve --` ask for. */
export interface CommandLine {
  readonly part: Part | null;
  /** What flags say, by the name of the variable that each stands for. */
  readonly variables: Readonly<Record<string, string>>;
  /** Each --subgraph as it was given. */
  readonly subgraphs: readonly string[];
  /** Empty when there is nothing wrong with it. */
  readonly problems: readonly string[];
}

interface Flag {
  /** As it is written, without its dashes. */
  readonly name: string;
  /** What its value is: `<number>`. */
  readonly value: string;
  readonly variable: string;
}

const FLAGS: readonly Flag[] = Object.entries(VARIABLES).flatMap(([variable, { flag }]) => {
  if (flag === undefined) return [];
  const [name = '', value = ''] = flag.split(' ', 2);
  return [{ name, value, variable }];
});
const OF_EVERY_PART: ReadonlySet<string> = new Set(['PORT', 'HOST', 'LOG_LEVEL']);
const SUBGRAPH = { name: 'subgraph', value: '<name=URL>' };
const HELP = "`npm run serve -- --help` tells a part's flags";

const OPTIONS = {
  ...Object.fromEntries(FLAGS.map(({ name }) => [name, { type: 'string' as const }])),
  [SUBGRAPH.name]: { type: 'string' as const, multiple: true },
};

/** Never throws: what cannot be understood is among the problems, each with what was expected. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: string[] = [];
  const words: string[] = [];
  const given = new Map<string, string[]>();
  let afterUnknown = false;
  for (const token of tokens) {
    if (token.kind === 'positional' && !afterUnknown) words.push(token.value);
    afterUnknown = false;
    if (token.kind !== 'option') continue;
    const expected = expectedOf(token.name);
    if (!expected) {
      problems.push(`${token.rawName}: no such flag; ${HELP}`);
      afterUnknown = token.value === undefined;
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      problems.push(`${token.rawName}: expected a value, as in ${token.rawName} ${expected}`);
    } else given.set(token.name, [...(given.get(token.name) ?? []), token.value]);
  }
  const part = partOf(words, problems);
  return { part, ...sorted(given, part, problems), problems };
}

function expectedOf(name: string): string | undefined {
  return [...FLAGS, SUBGRAPH].find((flag) => flag.name === name)?.value;
}

function partOf(words: readonly string[], problems: string[]): Part | null {
  const [word] = words;
  if (words.length === 1 && isPart(word)) return word;
  problems.unshift(
    `expected one part to serve (router, ${SUBGRAPH_NAMES.join(', ')}), got ${words.length === 0 ? 'none' : JSON.stringify(words.join(' '))}`,
  );
  return null;
}

function isPart(word: string | undefined): word is Part {
  return word === 'router' || SUBGRAPH_NAMES.some((name) => name === word);
}

function sorted(given: ReadonlyMap<string, readonly string[]>, part: Part | null, problems: string[]) {
  const variables: Record<string, string> = {};
  for (const { name, variable } of FLAGS) {
    const value = given.get(name)?.at(-1);
    if (value === undefined) continue;
    variables[variable] = value;
    if (isSubgraph(part) && !OF_EVERY_PART.has(variable))
      problems.push(`--${name}: a flag of the router, not of ${part}`);
  }
  const subgraphs = given.get(SUBGRAPH.name) ?? [];
  if (isSubgraph(part) && subgraphs.length > 0) problems.push(`--subgraph: a flag of the router, not of ${part}`);
  return { variables, subgraphs };
}

function isSubgraph(part: Part | null): boolean {
  return part !== null && part !== 'router';
}

/** The same problem under the flag's name where a flag has said what is wrong. */
export function inTermsOfFlags(problem: string, { variables }: Pick<CommandLine, 'variables'>): string {
  const flag = FLAGS.find(({ variable }) => variable in variables && problem.startsWith(`${variable}:`));
  return flag ? `--${flag.name}${problem.slice(flag.variable.length)}` : problem;
}

/** What `--help` prints. */
export function usage(): string {
  const common = FLAGS.filter(({ variable }) => OF_EVERY_PART.has(variable));
  const router = FLAGS.filter(({ variable }) => !OF_EVERY_PART.has(variable));
  return `Usage: npm run serve -- <part> [flags]

Parts: router, ${SUBGRAPH_NAMES.join(', ')}.
A flag goes before its variable (in brackets); .env.example lists the variables that have no flag.

Flags of every part:
${common.map(explained).join('\n')}

Flags of the router:
${router.map(explained).join('\n')}
  --subgraph ${SUBGRAPH.value}
      Where a subgraph is, instead of the URL in the supergraph; may be repeated (variable <NAME>_URL).
`;
}

function explained({ name, value, variable }: Flag): string {
  const known = VARIABLES[variable];
  const preset = known ? shownValue(known) : '';
  return `  --${name} ${value}\n      ${known?.meaning} (${variable}${preset === '' ? '' : `, default ${preset}`})`;
}
