import { argsOf, atom, conjuncts, deref, list, listItems, struct, type Term, variable } from '../../../term.ts';
import { writeTerm } from '../../../writer.ts';
import { needsOf } from './language.ts';
import type { LeftOut, PublicTest, Suite } from './public-test.ts';
import { Clauses, directiveOf, type Read, readSource, type Unreadable } from './source.ts';

/**
 * Reads tests of plunit, SWI-Prolog's framework: `test(Name, Options) :- Body` within units. Options become a goal
 * around the body; tests whose options prepare something outside, or hold under conditions, are left out.
 */

const and = (...goals: readonly Term[]): Term => goals.reduceRight((rest, goal) => struct(',', [goal, rest]));
const COMPARED = new Set([
  '=',
  '==',
  '=@=',
  '=:=',
  '\\=',
  '\\==',
  '\\=@=',
  '=\\=',
  '@<',
  '@>',
  '@=<',
  '@>=',
  '>',
  '<',
  'is',
]);
const MEANINGLESS = new Set(['nondet', 'sto', 'det']);
const HOLDING = new Set(['current_prolog_flag(bounded,false)']);

interface Expectation {
  readonly around: (body: Term) => Term;
  readonly also: readonly Term[];
}

function holdsWith(conditions: readonly Term[]): Expectation {
  return { around: (body) => struct('->', [body, and(...conditions, atom('true'))]), also: conditions };
}

/** The body throws what the pattern is more general than. */
function throwing(pattern: Term): Expectation {
  const ball = variable();
  const none = struct('throw', [atom('$no error')]);
  const around = (body: Term) =>
    and(
      struct('catch', [struct(';', [struct('->', [body, none]), none]), ball, atom('true')]),
      struct('subsumes_term', [pattern, ball]),
    );
  return { around, also: [] };
}

/** `all(T == L)`, `set(…)`, `bag(…)`: all answers, as they come, each once in order, or in order. */
function collecting(kind: string, compared: Term): Expectation | null {
  const value = deref(compared);
  if (value.kind !== 'struct' || value.args.length !== 2) return null;
  const [template, wanted] = value.args;
  const [found, left, right] = [variable(), variable(), variable()];
  const order = kind === 'all' ? '=' : kind === 'set' ? 'sort' : 'msort';
  const around = (body: Term) =>
    and(
      struct('findall', [template!, body, found]),
      struct(order, [found, left]),
      struct(order, [wanted!, right]),
      struct(value.name === '=:=' ? '==' : value.name, [left, right]),
    );
  return { around, also: [] };
}

/** Null: the option is one that we cannot follow. */
function expectationOf(option: Term): Expectation | null | 'nothing' {
  const value = deref(option);
  if (value.kind === 'var') return null;
  const name = value.kind === 'atom' || value.kind === 'struct' ? value.name : '';
  const args = argsOf(value);
  if (MEANINGLESS.has(name) || name === 'true')
    return args.length === 1 && name === 'true' ? holdsWith(args) : 'nothing';
  if (name === 'condition' && HOLDING.has(writeTerm(args[0]!))) return 'nothing';
  if (name === 'fail' || name === 'false') return { around: (body) => struct('\\+', [body]), also: [] };
  if (name === 'throws') return throwing(args[0]!);
  if (name === 'error') return throwing(struct('error', [args[0]!, args[1] ?? variable()]));
  if (name === 'all' || name === 'set' || name === 'bag') return collecting(name, args[0]!);
  return args.length === 2 && COMPARED.has(name) ? holdsWith([value]) : null;
}

/** The goal of a test; a text says why there is none. */
function goalOf(body: Term, options: readonly Term[]): Term | string {
  let [goal, generator]: [Term | null, Term | null] = [null, null];
  const conditions: Term[] = [];
  for (const option of options.map(deref)) {
    if (option.kind === 'struct' && option.key === 'forall/1') {
      generator = option.args[0]!;
      continue;
    }
    const expected = expectationOf(option);
    if (expected === null) return `option ${option.kind === 'struct' || option.kind === 'atom' ? option.name : '?'}`;
    if (expected === 'nothing') continue;
    if (expected.also.length > 0) conditions.push(...expected.also);
    else goal = expected.around(body);
  }
  const whole = goal ?? holdsWith(conditions).around(body);
  return generator === null ? whole : struct('forall', [generator, whole]);
}

class UnitReader {
  readonly tests: PublicTest[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly #topic: string;
  readonly #file = new Clauses();
  #unit = { name: '', clauses: this.#file, tests: [] as { read: Read; head: Term; body: Term }[] };
  /** How deep in conditional text that we do not read. */
  #skipping = 0;
  #flags: string | null = null;

  constructor(topic: string) {
    this.#topic = topic;
  }

  take(read: Read | Unreadable): void {
    if ('unreadable' in read) {
      if (/^test\(/m.test(read.unreadable)) this.#leave(`line ${read.line}`, 'syntax');
      return;
    }
    const directive = directiveOf(read.term);
    if (directive !== null) this.#direct(directive, read);
    else if (this.#skipping === 0) this.#clause(read);
  }

  #direct(directive: Term, read: Read): void {
    const name = directive.kind === 'struct' || directive.kind === 'atom' ? directive.name : '';
    const [argument] = argsOf(directive);
    if (name === 'if' && (this.#skipping > 0 || !HOLDING.has(writeTerm(argument!)))) this.#skipping += 1;
    else if (name === 'else') this.#skipping = this.#skipping === 0 ? 1 : Math.max(0, this.#skipping - 1);
    else if (name === 'endif') this.#skipping = Math.max(0, this.#skipping - 1);
    else if (name === 'begin_tests') {
      const options = argsOf(directive)[1];
      this.#unit = { name: writeTerm(argument!), clauses: new Clauses(this.#file), tests: [] };
      this.#flags = options === undefined || listItems(options)?.length === 0 ? null : unitOption(options);
    } else if (name === 'end_tests') this.finish();
    else if (name === 'set_prolog_flag' && /double_quotes|iso|prefer_rationals|float_|occurs_check/.test(read.text))
      this.#flags = 'flags';
    else this.#unit.clauses.declare(read);
  }

  #clause(read: Read): void {
    const value = deref(read.term);
    const isRule = value.kind === 'struct' && value.key === ':-/2';
    const head = isRule ? deref(value.args[0]!) : value;
    if (head.kind === 'struct' && head.name === 'test' && head.args.length <= 2)
      this.#unit.tests.push({ read, head, body: isRule ? value.args[1]! : atom('true') });
    else this.#unit.clauses.add(read);
  }

  #leave(name: string, why: string): void {
    this.leftOut.push({ topic: this.#topic, name: `${this.#topic} ${name}`, why });
  }

  /** Ends the unit: only now all of its clauses are known. */
  finish(): void {
    const { name: unit, clauses, tests } = this.#unit;
    for (const { read, head, body } of tests) {
      const [label, given] = argsOf(head);
      const name = `${unit}:${writeTerm(label!)} ${read.line}`;
      const options = given === undefined ? [] : (listItems(given) ?? [given]);
      const goal = (clauses.moded ? 'tables with modes' : this.#flags) ?? goalOf(body, options);
      const { own, foreign } = needsOf(typeof goal === 'string' ? [] : [goal], clauses);
      if (typeof goal === 'string') this.#leave(name, goal);
      else if (foreign !== null) this.#leave(name, foreign);
      else {
        const text = writeTerm(struct('once', [goal]));
        this.tests.push({
          topic: this.#topic,
          name: `${this.#topic} ${name}`,
          program: clauses.textOf(own),
          goal: text,
        });
      }
    }
    this.#unit = { name: '', clauses: this.#file, tests: [] };
  }
}

/** What a unit's own options ask for; null for what changes nothing. */
function unitOption(options: Term): string | null {
  const names = conjuncts(list(listItems(options) ?? [options])).flatMap((item) => listItems(item) ?? [item]);
  const bad = names
    .map((name) => writeTerm(name))
    .find((text) => !/^(sto|concurrent|cleanup\(abolish_all_tables\))/.test(text));
  return bad === undefined ? null : `unit option ${bad.replace(/\(.*/, '')}`;
}

/** The tests of one file. @param topic names it */
export function readPlunit(topic: string, source: string): Suite {
  const reader = new UnitReader(topic);
  for (const read of readSource(source)) reader.take(read);
  reader.finish();
  return reader;
}
