export const STAGES = [
  'INITIATION',
  'SAMPLE_RECEPTION',
  'REGISTRATION',
  'ASSIGNMENT',
  'PROCESSING',
  'TESTING',
  'RESULTS',
  'COMPLETION',
] as const;
export type Stage = (typeof STAGES)[number];

export const STATUSES = ['ACTIVE', 'ON_HOLD', 'FAILED', 'CANCELLED', 'COMPLETED'] as const;
export type Status = (typeof STATUSES)[number];

/** A move that the definition knows. */
export interface Edge {
  readonly from: Stage;
  readonly to: Stage;
  readonly kind: 'advance' | 'rework';
  /** Who may take it; null leaves that to permissions and rules. */
  readonly roles: readonly string[] | null;
}

/** Which stages there are and which moves between them: data, pinned by name and version when a workflow starts. */
export interface WorkflowDefinition {
  readonly name: string;
  readonly version: number;
  readonly initial: Stage;
  /** Entering it ends the workflow with results released. */
  readonly final: Stage;
  readonly edges: readonly Edge[];
}

export interface DefinitionRef {
  readonly name: string;
  readonly version: number;
}

function advance(from: Stage, to: Stage): Edge {
  return { from, to, kind: 'advance', roles: null };
}

function rework(from: Stage, to: Stage): Edge {
  return { from, to, kind: 'rework', roles: ['lab_manager'] };
}

const STANDARD_1: WorkflowDefinition = {
  name: 'standard',
  version: 1,
  initial: 'INITIATION',
  final: 'COMPLETION',
  edges: [
    advance('INITIATION', 'SAMPLE_RECEPTION'),
    advance('SAMPLE_RECEPTION', 'REGISTRATION'),
    advance('REGISTRATION', 'ASSIGNMENT'),
    advance('ASSIGNMENT', 'PROCESSING'),
    advance('PROCESSING', 'TESTING'),
    advance('TESTING', 'RESULTS'),
    advance('RESULTS', 'COMPLETION'),
    rework('PROCESSING', 'ASSIGNMENT'),
    rework('TESTING', 'PROCESSING'),
    rework('RESULTS', 'TESTING'),
    rework('COMPLETION', 'RESULTS'),
  ],
};

/** Every version that a workflow may be pinned to: a released version is never changed, only followed by another. */
const DEFINITIONS: readonly WorkflowDefinition[] = [STANDARD_1];

/** What new workflows start with. */
export const CURRENT_DEFINITION: WorkflowDefinition = STANDARD_1;

/** @throws Error when the reference names no released definition: the row was written by a newer release. */
export function definitionOf(ref: DefinitionRef): WorkflowDefinition {
  const found = DEFINITIONS.find(({ name, version }) => name === ref.name && version === ref.version);
  if (!found) throw new Error(`Unknown workflow definition ${ref.name} version ${ref.version}`);
  return found;
}

/** Every move that leaves `stage`, forward first. */
export function edgesFrom(definition: WorkflowDefinition, stage: Stage): readonly Edge[] {
  return definition.edges.filter(({ from }) => from === stage);
}

export function edgeBetween(definition: WorkflowDefinition, from: Stage, to: Stage): Edge | null {
  return definition.edges.find((edge) => edge.from === from && edge.to === to) ?? null;
}
