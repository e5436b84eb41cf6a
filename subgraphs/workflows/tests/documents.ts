/** Documents as clients send them; the names of the operations in operations/workflows.graphql. */
export const START = `mutation($input: StartWorkflowInput!) {
  startWorkflow(input: $input) { started workflow { id stage status version priority dueAt } }
}`;

const OUTCOME = `__typename
  ... on WorkflowAdvanced { workflow { id stage status version updatedAt } event { id cursor type at from to status version reason actor { id } } }
  ... on TransitionRefused { from to blockers { code message rule { id } missingFacts } }
  ... on WorkflowConflict { currentStage currentVersion }
  ... on WorkflowNotFound { workflowId message }`;

export const ADVANCE = `mutation($input: AdvanceWorkflowInput!) { advanceWorkflow(input: $input) { ${OUTCOME} } }`;
export const ADVANCE_MANY = `mutation($inputs: [AdvanceWorkflowInput!]!) { advanceWorkflows(inputs: $inputs) { results { ${OUTCOME} } } }`;

export function statusMutation(action: 'hold' | 'resume' | 'fail' | 'cancel'): string {
  return `mutation($input: ChangeWorkflowStatusInput!) { outcome: ${action}Workflow(input: $input) { ${OUTCOME} } }`;
}

export const DETAIL = `query($id: ID!) {
  workflow(id: $id) {
    id stage status version priority dueAt startedAt updatedAt definition { name version } sample { id }
    transitions { to allowed blockers { code message rule { id } missingFacts } }
    history(first: 200) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id cursor type at from to status version reason actor { id } workflow { id version } } } }
  }
}`;

export const BOARD = `query($filter: WorkflowFilter, $first: Int!, $after: String) {
  workflows(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id stage status dueAt priority sample { id } } }
  }
}`;

export const EVENTS = `query($workflowId: ID, $first: Int!, $after: String) {
  workflowEvents(workflowId: $workflowId, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id type version workflow { id } } }
  }
}`;

export const WATCH = `subscription($workflowId: ID, $sampleId: ID, $after: String) {
  workflowUpdated(workflowId: $workflowId, sampleId: $sampleId, after: $after) {
    __typename
    ... on WorkflowEvent { id cursor type at from to reason version workflow { id stage status version } }
    ... on StreamGap { fromCursor toCursor reason }
  }
}`;

export interface EventNode {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly at: string;
  readonly from: string | null;
  readonly to: string;
  readonly status: string;
  readonly version: number;
  readonly reason: string | null;
  readonly actor: { readonly id: string };
  readonly workflow: { readonly id: string; readonly version: number };
}

/** Any member of the union, with the fields of all of them. */
export interface OutcomeNode {
  readonly __typename: 'WorkflowAdvanced' | 'TransitionRefused' | 'WorkflowConflict' | 'WorkflowNotFound';
  readonly workflow: { id: string; stage: string; status: string; version: number; updatedAt: string };
  readonly event: EventNode;
  readonly from: string;
  readonly to: string;
  readonly blockers: readonly { code: string; message: string; rule: { id: string } | null; missingFacts: string[] }[];
  readonly currentStage: string;
  readonly currentVersion: number;
}
