import { isReserved } from '../../../subgraphs/rules/domain/builtins.ts';
import { readProgram, subgoals } from '../../../subgraphs/rules/domain/program.ts';
import { isCallable, keyOf } from '../../../subgraphs/rules/domain/term.ts';
import { DEFAULT_CAPABILITIES, SHIPPED_RULES } from '../../../subgraphs/rules/library/index.ts';

/** The shipped rules, and a laboratory full of samples of which they are asked what may move on. */

const STAGES = ['initiation', 'sample_reception', 'registration', 'assignment', 'processing', 'testing', 'results'];

function factsOf(i: number): string[] {
  const [sample, one, two] = [`s${i}`, `a${i}x`, `a${i}y`];
  const done = i % 3 === 0 ? 'verified' : i % 3 === 1 ? 'submitted' : 'registered';
  const facts = [
    `sample(${sample}).`,
    `stage(${sample}, ${STAGES[i % STAGES.length]}).`,
    `barcode(${sample}, b${i}).`,
    `condition(${sample}, ${i % 40 === 0 ? 'leaking' : 'intact'}).`,
    `collected_at(${sample}, ${480_000 - (i % 100)}).`,
    `sample_type(${sample}, water).`,
    `analysis(${one}, ${sample}, nitrate).`,
    `analysis(${two}, ${sample}, lead).`,
    `analysis_status(${one}, ${done}).`,
    `analysis_status(${two}, ${i % 2 === 0 ? done : 'cancelled'}).`,
    `submitted_by(${one}, ana).`,
    `verified_by(${one}, ${i % 50 === 0 ? 'ana' : 'vera'}).`,
    `verified_by(${two}, vera).`,
  ];
  if (i % 10 !== 0) facts.push(`client(${sample}, acme).`, `received_at(${sample}, 480001).`);
  if (i % 25 === 0) facts.push(`hold(${sample}, audit).`);
  return facts;
}

/** The shipped rules of the capabilities that are in use from the beginning, with what no fact tells declared. */
export function shippedProgram(): string {
  const capabilities = new Set<string>(DEFAULT_CAPABILITIES);
  const text = SHIPPED_RULES.filter(({ capability }) => capabilities.has(capability))
    .map(({ text: rule }) => rule)
    .join('\n');
  const { clauses } = readProgram(text);
  const defined = new Set(clauses.map(({ key }) => key));
  const asked = clauses.flatMap(({ body }) =>
    body.flatMap(subgoals).flatMap(({ goal }) => (isCallable(goal) ? [keyOf(goal)] : [])),
  );
  const open = [...new Set(asked)].filter((key) => !defined.has(key) && !isReserved(key));
  return `:- dynamic ${open.join(', ')}.\n:- discontiguous ${[...defined].join(', ')}.\n${text}`;
}

export function laboratoryOf(samples: number): string {
  const facts = Array.from({ length: samples }, (_, i) => factsOf(i)).flat();
  const rules = ['now(480020).', 'accepts_type(nitrate, water).', 'accepts_type(lead, water).'];
  // Of one predicate after the other, so that every Prolog reads them without a remark.
  const sorted = [...facts, ...rules, 'stability_h(nitrate, water, 60).'].toSorted((a, b) =>
    a.split('(')[0]! < b.split('(')[0]! ? -1 : a.split('(')[0] === b.split('(')[0] ? 0 : 1,
  );
  return `${shippedProgram()}\n${sorted.join('\n')}`;
}
