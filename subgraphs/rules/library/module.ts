import type { ReasonText } from '../domain/decision.ts';

/** A part of laboratory work. Rules of a capability that an organization does not use do not apply. */
export const CAPABILITIES = [
  'core',
  'verification',
  'custody',
  'worksheets',
  'instruments',
  'reagents',
  'methods',
  'critical_results',
  'reports',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What every organization uses until it asserts more facts `capability(Name)`. */
export const DEFAULT_CAPABILITIES: readonly Capability[] = ['core', 'verification'];

export interface LibraryRule {
  /** Stable across releases: `<capability>.<name>`. */
  readonly id: string;
  readonly label: string;
  /** One clause, or several of one predicate that say the same thing case by case. */
  readonly text: string;
  /** The predicate whose reason this rule passes on. */
  readonly delegate?: string;
}

/** The rules of one capability, or a part of them. */
export interface LibraryModule {
  readonly capability: Capability;
  readonly rules: readonly LibraryRule[];
  /** How the reasons that these rules give are told, by indicator. */
  readonly reasons: Readonly<Record<string, ReasonText>>;
}
