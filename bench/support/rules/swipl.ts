import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measured, Measurement } from './measurement.ts';

/** Native SWI-Prolog, where it is installed. */

/** What a program prints, line by line; null when it takes longer than a minute or ends otherwise. */
export function swiplLines(program: string, timeout = 120_000): string[] | null {
  const folder = mkdtempSync(join(tmpdir(), 'alims-bench-rules-'));
  try {
    writeFileSync(join(folder, 'bench.pl'), program);
    const output = execFileSync('swipl', ['-q', '-g', 'main', '-t', 'halt', 'bench.pl'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout,
      killSignal: 'SIGKILL',
    });
    return output.trim().split('\n');
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The clauses that measure a goal: `main` prints how many answers it has, then the milliseconds of each round. */
export function measuringProgram({ program, goal, times }: Measurement, rounds: number): string {
  return `${program}
ask :- abolish_all_tables, ( ${goal}, fail ; true ).
round :- statistics(cputime, A), ( between(1, ${times}, _), ask, fail ; true ), statistics(cputime, B),
  T is (B - A) * 1000 / ${times}, writeln(T).
main :- aggregate_all(count, (${goal}), C), writeln(C), ${Array.from({ length: rounds }, () => 'round').join(', ')}.
`;
}

export function measuredOf(lines: readonly string[] | null): Measured | null {
  if (lines === null) return null;
  const [answers = 0, ...millis] = lines.map(Number);
  return millis.length === 0 ? null : { millis: Math.min(...millis), answers };
}

export function measureSwipl(measurement: Measurement, rounds: number): Measured | null {
  return measuredOf(swiplLines(measuringProgram(measurement, rounds)));
}

/** The facts as a list of terms, or of texts that have to be read, added with assertz/1: milliseconds, best of the rounds. */
export function measureAssertz(lines: readonly string[], fromText: boolean, rounds: number): number | null {
  const given = lines.map((line) => (fromText ? `given("${line.slice(0, -1)}").` : `given((${line.slice(0, -1)})).`));
  const add = fromText ? 'term_string(T, X), assertz(T)' : 'assertz(X)';
  const names = [...new Set(lines.map((line) => `${line.split('(')[0]}/${line.split(',').length}`))];
  const clear = names.map((name) => {
    const [functor, arity] = name.split('/');
    return `functor(H${functor}, ${functor}, ${arity}), retractall(H${functor})`;
  });
  const found = swiplLines(`:- dynamic ${names.join(', ')}.
${given.join('\n')}
round :- ${clear.join(', ')}, findall(X, given(X), Xs), statistics(cputime, A), forall(member(X, Xs), (${add})),
  statistics(cputime, B), T is (B - A) * 1000, writeln(T).
main :- ${Array.from({ length: rounds }, () => 'round').join(', ')}.
`);
  return found === null ? null : Math.min(...found.map(Number));
}

/** The bytes that the facts take. */
export function factBytes(lines: readonly string[]): number | null {
  const names = [...new Set(lines.map((line) => `${line.split('(')[0]}/${line.split(',').length}`))];
  const found = swiplLines(`${lines.join('\n')}
main :- aggregate_all(sum(S), ( member(N/A, [${names.join(', ')}]), functor(H, N, A), predicate_property(H, size(S)) ), T), writeln(T).
`);
  return found === null ? null : Number(found[0]);
}

export function hasSwipl(): boolean {
  try {
    execFileSync('swipl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
