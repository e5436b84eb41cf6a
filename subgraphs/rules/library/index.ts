import { createHash } from 'node:crypto';
import { type Clause, compileClause } from '../domain/clause.ts';
import { type Program, readProgram, type SourceClause } from '../domain/program.ts';
import type { Proof } from '../domain/proof.ts';
import { type ReasonBook, type ReasonText, remedyOf } from '../domain/reason.ts';
import { isCallable, keyOf } from '../domain/term.ts';
import { abducibleDeclaration } from './abducible.ts';
import { ACCEPTANCE } from './acceptance.ts';
import { ANALYSES } from './analyses.ts';
import { INSTRUMENTS, METHODS, REAGENTS } from './bench.ts';
import { CUSTODY } from './custody.ts';
import type { Capability, LibraryModule } from './module.ts';
import { MOVES } from './moves.ts';
import { CRITICAL_RESULTS, REPORTS } from './release.ts';
import { STAGES } from './stages.ts';
import { VERIFICATION } from './verification.ts';
import { WORKSHEETS } from './worksheets.ts';

export {
  CAPABILITIES,
  CAPABILITY_DESCRIPTIONS,
  type Capability,
  DEFAULT_CAPABILITIES,
  isCapability,
} from './module.ts';

const MODULES: readonly LibraryModule[] = [
  STAGES,
  MOVES,
  ACCEPTANCE,
  ANALYSES,
  VERIFICATION,
  CUSTODY,
  WORKSHEETS,
  INSTRUMENTS,
  REAGENTS,
  METHODS,
  CRITICAL_RESULTS,
  REPORTS,
];

/** A rule that ALIMS ships: it lies beneath every organization's rule set `default`, and never changes but with a release. */
export interface ShippedRule {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly capability: Capability;
  readonly head: string;
  /** The indicator of the predicate it defines. */
  readonly predicate: string;
  /** Its line in the text of the whole library, from 1. */
  readonly line: number;
  readonly clauses: readonly SourceClause[];
}

function readRules(): ShippedRule[] {
  let line = 1;
  return MODULES.flatMap(({ capability, rules }) =>
    rules.map(({ id, label, text }) => {
      const program = readProgram(text);
      const first = program.clauses[0];
      if (first === undefined || program.diagnostics.length > 0) throw new Error(`Shipped rule ${id} cannot be read.`);
      const rule = {
        id,
        label,
        text,
        capability,
        head: first.headText,
        predicate: first.key,
        line,
        clauses: program.clauses,
      };
      line += text.split('\n').length + 1; // its comment stands above it
      return { ...rule, line: rule.line + 1 };
    }),
  );
}

/** Every shipped rule in the order in which it is tried. */
export const SHIPPED_RULES: readonly ShippedRule[] = readRules();

/** The whole library as one text, each rule under its id; behind them which facts may be named as missing. */
export const LIBRARY_TEXT: string = [
  ...SHIPPED_RULES.map(({ id, label, text }) => `% ${id}: ${label}\n${text}\n`),
  abducibleDeclaration(SHIPPED_RULES.flatMap(({ clauses }) => clauses)),
].join('');

/** Changes whenever a shipped rule does. */
export const LIBRARY_HASH: string = createHash('sha256').update(LIBRARY_TEXT).digest('hex');

/** The library as a program. */
export const LIBRARY_PROGRAM: Program = readProgram(LIBRARY_TEXT);

const BY_ID = new Map(SHIPPED_RULES.map((rule) => [rule.id, rule]));
const DEFINED = new Set(SHIPPED_RULES.map(({ predicate }) => predicate));
const REASONS = new Map<string, ReasonText>(MODULES.flatMap(({ reasons }) => Object.entries(reasons)));
const DELEGATES = new Map(
  MODULES.flatMap(({ rules }) =>
    rules.flatMap(({ id, delegate }) => (delegate === undefined ? [] : [[id, delegate] as const])),
  ),
);

/** Predicates to which an organization's own rules may add: every addition makes moves stricter, none looser. */
export const OPEN_PREDICATES: ReadonlySet<string> = new Set([
  'blocker/3',
  'rework_blocker/3',
  'cancel_blocker/3',
  'hold_blocker/3',
  'sample_defect/2',
  'incompatible/3',
]);

export function shippedRule(id: string): ShippedRule | undefined {
  return BY_ID.get(id);
}

/** The capability to which a shipped rule belongs; null for an id that is not shipped. */
export function capabilityOf(ruleId: string): Capability | null {
  return BY_ID.get(ruleId)?.capability ?? null;
}

/** True for predicates that shipped rules define, of whatever capability. */
export function isShipped(indicator: string): boolean {
  return DEFINED.has(indicator);
}

/** The clauses of a shipped rule as the engine uses them. */
export function clausesOf({ id, clauses }: ShippedRule): Clause[] {
  return clauses.map(({ head, body }) => compileClause(head, body, { kind: 'rule', id }));
}

/** The clauses of the shipped rules of these capabilities. */
export function shippedClauses(capabilities: ReadonlySet<string>): Clause[] {
  return SHIPPED_RULES.filter(({ capability }) => capabilities.has(capability)).flatMap(clausesOf);
}

/** The sentences and codes of the reasons that shipped rules give. */
export const REASON_BOOK: ReasonBook = {
  reason: (indicator) => REASONS.get(indicator),
  delegate: (ruleId) => DELEGATES.get(ruleId),
};

/** What lifts the blockers of shipped rules. */
export function shippedRemedy(proof: Proof): readonly string[] | null {
  return isCallable(proof.goal) && OPEN_PREDICATES.has(keyOf(proof.goal)) ? remedyOf(REASON_BOOK, proof) : null;
}
