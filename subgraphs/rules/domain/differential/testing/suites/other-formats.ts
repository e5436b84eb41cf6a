import { copyTerm } from '../../../bindings.ts';
import { Budget, DEFAULT_LIMITS } from '../../../budget.ts';
import {
  argsOf,
  atom,
  deref,
  isCallable,
  keyOf,
  list,
  listItems,
  struct,
  type Term,
  variable,
  variablesOf,
} from '../../../term.ts';
import { writeTerm } from '../../../writer.ts';
import { needsOf } from './language.ts';
import type { LeftOut, PublicTest, Suite } from './public-test.ts';
import { Clauses, directiveOf, type Read, readSource } from './source.ts';

/** Suites that are not written for plunit. */

/** The goal of one term of a suite, with its name; null when it is no test; a text when it cannot be one here. */
type TestOf = (read: Read) => { readonly topic: string; readonly name: string; readonly goal: Term } | null;

function readSuite(suite: string, source: string, testOf: TestOf, before = ''): Suite {
  const clauses = new Clauses();
  const found: { topic: string; name: string; goal: Term }[] = [];
  const leftOut: LeftOut[] = [];
  for (const read of [...readSource(before), ...readSource(source)]) {
    if ('unreadable' in read) leftOut.push({ topic: suite, name: `${suite} line ${read.line}`, why: 'syntax' });
    else if (directiveOf(read.term) !== null) clauses.declare(read);
    else {
      const test = testOf(read);
      if (test === null) clauses.add(read);
      else found.push({ ...test, name: `${test.topic} ${test.name} ${read.line}` });
    }
  }
  const tests: PublicTest[] = [];
  for (const { topic, name, goal } of found) {
    const { own, foreign } = needsOf([goal], clauses);
    if (foreign !== null) leftOut.push({ topic, name, why: foreign });
    else tests.push({ topic, name, program: clauses.textOf(own), goal: writeTerm(struct('once', [goal])) });
  }
  return { tests, leftOut };
}

function headAndBody(term: Term): readonly [Term, Term] {
  const value = deref(term);
  return value.kind === 'struct' && value.key === ':-/2'
    ? [deref(value.args[0]!), value.args[1]!]
    : [value, atom('true')];
}

function raises(goal: Term, formal: Term): Term {
  const ball = variable();
  const none = struct('throw', [atom('$no error')]);
  const caught = struct('catch', [struct(';', [struct('->', [goal, none]), none]), ball, atom('true')]);
  return struct(',', [caught, struct('subsumes_term', [struct('error', [formal, variable()]), ball])]);
}

/** SWI-Prolog's own suite: `set(name-number) :- Goal`, which has to hold. */
export function readLabelled(suite: string, source: string): Suite {
  return readSuite(suite, source, ({ term }) => {
    const [head, body] = headAndBody(term);
    if (head.kind !== 'struct' || head.args.length !== 1) return null;
    const label = deref(head.args[0]!);
    if (label.kind !== 'struct' || label.key !== '-/2' || deref(label.args[1]!).kind !== 'int') return null;
    return { topic: `${suite} ${head.name}`, name: writeTerm(label), goal: body };
  });
}

const ECLIPSE_ERRORS: Readonly<Record<number, () => Term>> = {
  4: () => atom('instantiation_error'),
  5: () => struct('type_error', [variable(), variable()]),
};

/** ECLiPSe's tests of strings: `Goal should_give Check.`, `should_fail`, `should_raise Number`. */
export function readEclipse(suite: string, source: string): Suite {
  const text = source
    .replaceAll('should_give', '-->')
    .replaceAll('should_fail', "--> '$fail'")
    .replaceAll(/should_raise (\d+)/g, "--> '$raise'($1)");
  return readSuite(suite, text, ({ term }) => {
    const value = deref(term);
    if (value.kind !== 'struct' || value.key !== '-->/2') return null;
    const [goal, expected] = [value.args[0]!, deref(value.args[1]!)];
    const topic = `${suite} ${isCallable(deref(goal)) ? keyOf(deref(goal) as never) : '?'}`;
    if (expected.kind === 'atom' && expected.name === '$fail') return { topic, name: '', goal: struct('\\+', [goal]) };
    if (expected.kind === 'struct' && expected.key === '$raise/1') {
      const number = deref(expected.args[0]!);
      const formal = number.kind === 'int' ? ECLIPSE_ERRORS[Number(number.value)] : undefined;
      return { topic, name: '', goal: raises(goal, formal?.() ?? variable()) };
    }
    return { topic, name: '', goal: struct(',', [goal, expected]) };
  });
}

/** The solutions that a list of substitutions tells of, as lists of the values of these variables. */
function solutionsOf(substitutions: readonly Term[], asked: Term): Term {
  const budget = new Budget({ ...DEFAULT_LIMITS, inferences: 1e9, depth: 1e6, millis: 1e9 }, () => 0);
  return list(
    substitutions.map((substitution) => {
      const bindings = (listItems(substitution) ?? []).map((pair) => argsOf(deref(pair)).map(deref));
      const values = (listItems(asked) ?? []).map((one) => bindings.find(([name]) => name === deref(one))?.[1] ?? one);
      return copyTerm(list(values), budget);
    }),
  );
}

/** Hodgson's suite of ISO Prolog: `[Goal, Expected]`, where expected are substitutions `Name <-- Value`, or a word, or an error. */
export function readInria(suite: string, source: string): Suite {
  return readSuite(suite, source.replaceAll('<--', '='), ({ term }) => {
    const [head] = headAndBody(term);
    const entry = head.kind === 'struct' && head.key === 'fileContents/2' ? head.args[1]! : head;
    const [goal, expectedTerm, ...more] = listItems(entry) ?? [];
    if (goal === undefined || expectedTerm === undefined || more.length > 0) return null;
    const expected = deref(expectedTerm);
    const file =
      head.kind === 'struct' && head.key === 'fileContents/2' ? `${suite} ${writeTerm(head.args[0]!)}` : suite;
    if (expected.kind === 'atom' && expected.name === 'success') return { topic: file, name: '', goal };
    if (expected.kind === 'atom' && expected.name === 'failure')
      return { topic: file, name: '', goal: struct('\\+', [goal]) };
    const substitutions = listItems(expected);
    if (substitutions === null) return { topic: file, name: '', goal: raises(goal, expected) };
    // Variables that the suite tells nothing of may have any value.
    const told = variablesOf(expected);
    const asked = list([...variablesOf(goal)].filter((one) => told.has(one)));
    const found = variable();
    const solutions = struct('findall', [asked, goal, found]);
    return {
      topic: file,
      name: '',
      goal: struct(',', [solutions, struct('=@=', [found, solutionsOf(substitutions, asked)])]),
    };
  });
}

/** How the table of syntax reads and writes, in words of ours: which error a text has is the system's own matter. */
const READING_AND_WRITING = `
read_from_chars(Text, Term) :- term_string(Term, Text).
writeq_term_to_chars(Term, Text) :- term_string(Term, Text).
test_syntax_error(Text, _) :- catch(( term_string(_, Text), fail ), error(syntax_error(_), _), true).
`;

/** Scryer Prolog's transcription of the table of syntax conformity: `test_number :- Goal`. */
export function readSyntaxTable(suite: string, source: string): Suite {
  const text = source.replace(/^(writeq_term_to_chars|test_syntax_error)\([\s\S]*?\.\n\n/gm, '');
  return readSuite(
    suite,
    text,
    ({ term }) => {
      const [head, body] = headAndBody(term);
      return head.kind === 'atom' && /^test_[\d_]+$/.test(head.name)
        ? { topic: suite, name: head.name, goal: body }
        : null;
    },
    READING_AND_WRITING,
  );
}
