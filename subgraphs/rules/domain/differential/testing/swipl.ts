import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_ANSWERS } from './ours.ts';
import type { Case } from './program.ts';

/** Asks each case in a module of its own, and prints what ours prints. Errors end a case, never the run. */
const DRIVER = String.raw`
:- style_check(-singleton). :- style_check(-discontiguous).
:- set_stream(user_output, encoding(utf8)).
% 9.0.4 moves unifications into the head and then loses bindings: p(X, Y) :- X = f(Y), Y = b.
:- set_prolog_flag(optimise_unify, false).
run(N) :-
  format("#~w~n", [N]),
  catch(ask(N), E, report(E)).
ask(N) :-
  atom_concat(case_, N, M),
  atom_concat(M, '.pl', File), atom_concat(M, '.goal', GoalFile),
  load_files(M:File, [silent(true)]),
  read_file_to_string(GoalFile, Text, [encoding(utf8)]),
  term_string_in(M, Text, Goal, Bs),
  State = count(0),
  ( call_with_inference_limit(M:Goal, 20000000, _), answer(Bs), arg(1, State, C), D is C + 1, nb_setarg(1, State, D), D >= ${MAX_ANSWERS} -> true ; true ).
term_string_in(M, Text, Goal, Bs) :-
  open_string(Text, S), read_term(S, Goal, [variable_names(Bs), module(M)]).
answer(Bs) :- \+ \+ ( write('yes;'), named(Bs, Ns), pairs(Ns, Vs), numbervars(Vs, 0, _), show(Ns) ), nl.
named([], []).
named([N=V|Bs], R) :- ( sub_atom(N, 0, 1, _, '_') -> R = R1 ; R = [N=V|R1] ), named(Bs, R1).
pairs([], []). pairs([_=V|T], [V|Vs]) :- pairs(T, Vs).
show([]).
show([N=V|T]) :- format("~w=", [N]), put(V), write(';'), show(T).
put(T) :- write_term(T, [quoted(true), numbervars(true), max_depth(0)]).
report(error(syntax_error(S), C)) :- C \= context(_, _), S \= cannot_read, !, format("error: syntax_error~n").
report(error(F, _)) :- !, \+ \+ ( numbervars(F, 0, _), write('error: '), put(F) ), nl.
report(B) :- \+ \+ ( numbervars(B, 0, _), write('error: '), put(uncaught(B)) ), nl.
`;

/** The lines of each case, from one process for all of them. */
export function swiplAnswers(cases: readonly Case[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'alims-differential-'));
  try {
    cases.forEach(({ program, goal }, i) => {
      writeFileSync(
        join(folder, `case_${i}.pl`),
        `:- encoding(utf8).\n:- module(case_${i}, []).\n:- style_check(-singleton).\n${program}\n`,
      );
      writeFileSync(join(folder, `case_${i}.goal`), `${goal} .\n`);
    });
    const runs = cases.map((_, i) => `:- run(${i}).`).join('\n');
    writeFileSync(join(folder, 'driver.pl'), `${DRIVER}${runs}\n:- halt.\n`);
    const output = execFileSync('swipl', ['-q', 'driver.pl'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 110_000,
    });
    return linesOf(output, cases.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linesOf(output: string, count: number): string[][] {
  const found: string[][] = Array.from({ length: count }, () => []);
  let current = -1;
  for (const line of output.split('\n')) {
    const start = /^#(\d+)$/.exec(line);
    if (start !== null) current = Number(start[1]);
    else if (current >= 0 && line !== '') found[current]?.push(line.replaceAll(/_\d+/g, '_1'));
  }
  return found;
}

export function hasSwipl(): boolean {
  try {
    execFileSync('swipl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
