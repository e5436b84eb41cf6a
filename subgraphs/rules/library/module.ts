import type { ReasonText } from '../domain/reason.ts';

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

/** What the rules of each capability demand, for people. */
export const CAPABILITY_DESCRIPTIONS: Readonly<Record<Capability, string>> = {
  core: 'A sample moves stage by stage, with a client, times that make sense, analyses that suit it and a result for each.',
  verification: 'Every result is verified by another person than the one who entered it.',
  custody: 'Samples carry a checked label and are stored as their type requires.',
  worksheets: 'Every analysis is assigned to a qualified analyst before processing.',
  instruments: 'Testing begins on an instrument that is available, calibrated and in control.',
  reagents: 'Testing begins with reagents that are in date, in stock and released.',
  methods: 'Testing follows the current version of the method.',
  critical_results: 'Somebody is told of every critical result before release.',
  reports: 'A sample is completed with a signed report.',
};

export function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITY_DESCRIPTIONS, name);
}

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
