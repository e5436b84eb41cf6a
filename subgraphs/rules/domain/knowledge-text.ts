/** What an organization knows, or a part of it, as it is written to one text. */
export interface KnowledgePart {
  readonly ruleSets: readonly { readonly name: string; readonly text: string }[];
  readonly facts: readonly WrittenFact[];
}

export interface WrittenFact {
  /** A fact on one line, without a full stop. */
  readonly text: string;
  /** Null: from when it is read on. */
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

export interface ReadKnowledge {
  readonly ruleSets: readonly { readonly name: string; readonly text: string; readonly line: number }[];
  readonly facts: readonly (WrittenFact & { readonly line: number })[];
}

/** A text that cannot be read, with the line that says so. */
export interface KnowledgeFault {
  readonly fault: string;
  readonly line: number;
}

/** Everything is a comment to Prolog, so the text can be read by other systems as well. */
const FIRST_LINE = '% ALIMS knowledge 1';
const SECTION = /^% ALIMS (?:rules (\S+)|(facts))$/;
/** Lines of rules that look like one of ours get one more `%`. */
const LOOKS_LIKE_OURS = /^%+ ALIMS /;
const ESCAPED = /^%%+ ALIMS /;
const FACT = /^(.*)\.(?: % from (\S+)(?: to (\S+))?)?$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

function escapeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (LOOKS_LIKE_OURS.test(line) ? `%${line}` : line))
    .join('\n');
}

function factLine({ text, validFrom, validTo }: WrittenFact): string {
  if (validFrom === null) return `${text}.`;
  const until = validTo === null ? '' : ` to ${validTo.toISOString()}`;
  return `${text}. % from ${validFrom.toISOString()}${until}`;
}

export function writeKnowledge({ ruleSets, facts }: KnowledgePart): string {
  const rules = ruleSets.map(({ name, text }) => `% ALIMS rules ${name}\n${escapeLines(text)}\n`);
  const written = facts.length === 0 ? [] : [`% ALIMS facts\n${facts.map((fact) => `${factLine(fact)}\n`).join('')}`];
  return `${FIRST_LINE}\n${[...rules, ...written].join('')}`;
}

function instant(text: string | undefined): Date | null | undefined {
  if (text === undefined) return null;
  const at = INSTANT.test(text) ? new Date(text) : null;
  return at === null || Number.isNaN(at.getTime()) ? undefined : at;
}

/** The fact of a line; null for an empty one or a comment. */
function readFactLine(source: string, line: number): (WrittenFact & { line: number }) | KnowledgeFault | null {
  const trimmed = source.trim();
  if (trimmed === '' || trimmed.startsWith('%')) return null;
  const [, text, from, to] = FACT.exec(trimmed) ?? [];
  if (text === undefined) {
    return { fault: `Expected one fact with a full stop, but found ${JSON.stringify(trimmed.slice(0, 200))}.`, line };
  }
  const [validFrom, validTo] = [instant(from), instant(to)];
  if (validFrom === undefined || validTo === undefined) {
    return { fault: 'Expected instants in UTC such as 2026-11-22T10:00:00.000Z behind "from" and "to".', line };
  }
  return { text, validFrom, validTo, line };
}

/** Reads what `writeKnowledge` wrote, or somebody by hand. */
export function readKnowledge(source: string): ReadKnowledge | KnowledgeFault {
  const lines = source.split('\n');
  if (lines[0]?.trimEnd() !== FIRST_LINE) return { fault: `Expected the first line ${FIRST_LINE}.`, line: 1 };
  const ruleSets: { name: string; line: number; lines: string[] }[] = [];
  const facts: (WrittenFact & { line: number })[] = [];
  let rules: string[] | null = null;
  let inFacts = false;
  for (let at = 1; at < lines.length; at++) {
    const written = lines[at]!;
    const [header, name, factsHeader] = SECTION.exec(written) ?? [];
    if (header !== undefined) {
      inFacts = factsHeader !== undefined;
      rules = inFacts ? null : [];
      if (rules !== null) ruleSets.push({ name: name ?? '', line: at + 1, lines: rules });
      continue;
    }
    if (rules !== null) {
      rules.push(ESCAPED.test(written) ? written.slice(1) : written);
      continue;
    }
    const fact = readFactLine(written, at + 1);
    if (fact === null) continue;
    if ('fault' in fact) return fact;
    if (!inFacts) return { fault: 'Expected a section: "% ALIMS rules <name>" or "% ALIMS facts".', line: at + 1 };
    facts.push(fact);
  }
  const again = ruleSets.find(({ name }, i) => ruleSets.findIndex((other) => other.name === name) !== i);
  if (again !== undefined) return { fault: `The rules of ${again.name} come twice.`, line: again.line };
  // A section ends with the line break that was written behind its text, and the last one with the end of the source.
  const textOf = (section: readonly string[], last: boolean) =>
    (last && section.at(-1) === '' ? section.slice(0, -1) : section).join('\n');
  return {
    ruleSets: ruleSets.map(({ name, line, lines: section }) => ({
      name,
      line,
      text: textOf(section, section === rules),
    })),
    facts,
  };
}
