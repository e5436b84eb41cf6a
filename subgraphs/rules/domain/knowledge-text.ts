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

/** Facts of one text: reading and writing more at once would hold everybody up. */
export const MAX_FACTS_PER_TEXT = 10_000;

/** Everything is a comment to Prolog, so the text can be read by other systems as well. */
const FIRST_LINE = '% ALIMS knowledge 1';
const SECTION = /^% ALIMS (?:rules (\S+)|(facts))$/;
/** Lines of rules that look like one of ours get one more `%`. */
const LOOKS_LIKE_OURS = /^%+ ALIMS /;
const ESCAPED = /^%%+ ALIMS /;
const FACT = /^(.*)\.(?: % from (\S+)(?: to (\S+))?)?$/s;
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

/** The lines below a header of ours, or above the first one. */
interface Section {
  readonly kind: 'preface' | 'rules' | 'facts';
  /** Of a rule set. */
  readonly name: string;
  /** Of the header, from 1. */
  readonly line: number;
  readonly lines: string[];
}

function sectionsOf(source: string): Section[] {
  const sections: Section[] = [{ kind: 'preface', name: '', line: 1, lines: [] }];
  source.split('\n').forEach((written, at) => {
    const [header, name, facts] = SECTION.exec(written) ?? [];
    if (header === undefined) sections.at(-1)?.lines.push(written);
    else sections.push({ kind: facts ? 'facts' : 'rules', name: name ?? '', line: at + 1, lines: [] });
  });
  return sections;
}

function readFacts({ line, lines }: Section): ReadKnowledge['facts'] | KnowledgeFault {
  const facts = lines.map((written, at) => readFactLine(written, line + 1 + at)).filter((fact) => fact !== null);
  const fault = facts.find((fact) => 'fault' in fact);
  return fault ?? facts.filter((fact) => 'text' in fact);
}

/** A section ends with the line break that was written behind its text, and the last one with the end of the source. */
function rulesText({ lines }: Section, isLast: boolean): string {
  const own = isLast && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return own.map((written) => (ESCAPED.test(written) ? written.slice(1) : written)).join('\n');
}

/** Reads what `writeKnowledge` wrote, or somebody by hand. */
export function readKnowledge(source: string): ReadKnowledge | KnowledgeFault {
  const [preface, ...sections] = sectionsOf(source);
  const [first = '', ...remarks] = preface?.lines ?? [];
  if (first.trimEnd() !== FIRST_LINE) return { fault: `Expected the first line ${FIRST_LINE}.`, line: 1 };
  const stray = remarks.findIndex((written) => readFactLine(written, 0) !== null);
  if (stray !== -1) {
    return { fault: 'Expected a section: "% ALIMS rules <name>" or "% ALIMS facts".', line: stray + 2 };
  }
  const facts: ReadKnowledge['facts'][number][] = [];
  const ruleSets = new Map<string, ReadKnowledge['ruleSets'][number]>();
  for (const section of sections) {
    const { kind, name, line } = section;
    if (kind === 'facts') {
      const read = readFacts(section);
      if ('fault' in read) return read;
      for (const fact of read) facts.push(fact);
    } else {
      if (ruleSets.has(name)) return { fault: `The rules of ${name} come twice.`, line };
      ruleSets.set(name, { name, line, text: rulesText(section, section === sections.at(-1)) });
    }
  }
  return { ruleSets: [...ruleSets.values()], facts };
}
