const SAMPLE = `id accessionNumber barcode status priority category collectedAt receivedAt dueAt condition remarks version
  type { code } client { id code } samplePoint { code } parent { id }
  analyses { id status version service { code } }`;

export const SAVE_ALL = `mutation SaveAll($types: [SampleTypeInput!]!, $clients: [ClientInput!]!, $points: [SamplePointInput!]!, $services: [AnalysisServiceInput!]!) {
  saveSampleTypes(inputs: $types) { created changed }
  saveClients(inputs: $clients) { created changed }
  saveSamplePoints(inputs: $points) { created changed }
  saveAnalysisServices(inputs: $services) { created changed }
}`;

export const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!, $key: ID) {
  registerSamples(inputs: $inputs, idempotencyKey: $key) { results {
    __typename
    ... on SampleRegistered { sample { ${SAMPLE} } }
    ... on SampleRefused { index code message }
  } }
}`;

export const RECEIVE = `mutation Receive($inputs: [ReceiveSampleInput!]!, $key: ID) {
  receiveSamples(inputs: $inputs, idempotencyKey: $key) { results {
    __typename
    ... on SampleReceived { sample { ${SAMPLE} } }
    ... on ReceptionRefused { index code message currentVersion }
  } }
}`;

const ANALYSIS = `id status version assignedTo { id } service { code }
  result { value text unit flags detectionLimit qualifiers enteredBy { id } reason }
  results { value text } verifications { by { id } } replaces { id } replacedBy { id }
  retraction { by { id } at reason }`;

export const SUBMIT = `mutation Submit($inputs: [SubmitResultInput!]!, $key: ID) {
  submitResults(inputs: $inputs, idempotencyKey: $key) { results {
    __typename
    ... on ResultSubmitted { analysis { ${ANALYSIS} } }
    ... on ResultRefused { index code message currentVersion }
  } }
}`;

export const VERIFY = `mutation Verify($inputs: [VerifyAnalysisInput!]!, $key: ID) {
  verifyAnalyses(inputs: $inputs, idempotencyKey: $key) { results {
    __typename
    ... on AnalysisVerified { analysis { ${ANALYSIS} } }
    ... on VerificationRefused { index code message currentVersion }
  } }
}`;

function change(field: string): string {
  return `mutation Change($inputs: [ChangeAnalysisInput!]!, $key: ID) {
    ${field}(inputs: $inputs, idempotencyKey: $key) { results {
      __typename
      ... on AnalysisChanged { analysis { ${ANALYSIS} } repeat { ${ANALYSIS} } }
      ... on AnalysisRefused { index code message currentVersion }
    } }
  }`;
}
export const ASSIGN = change('assignAnalyses');
export const RETRACT = change('retractAnalyses');

export const DETAIL = `query Detail($id: ID!) { sample(id: $id) {
  ${SAMPLE} children { id } registeredAt
  custody(first: 50) { totalCount edges { cursor node { at action location reason by { id } } } }
} }`;

export const ANALYSIS_BY_ID = `query One($id: ID!) { analysis(id: $id) { ${ANALYSIS} sample { id } } }`;

export const LIST = `query List($filter: SampleFilter, $orderBy: SampleOrder, $first: Int!, $after: String) {
  samples(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id accessionNumber barcode receivedAt collectedAt dueAt registeredAt } }
  }
}`;

export const FACTS = `query Facts($ids: [ID!]!) { sampleFacts(ids: $ids) { sampleId version priority dueAt clientId facts } }`;

export const ENTITIES = `query Entities($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename
  ... on Sample { id accessionNumber }
  ... on Analysis { id status }
  ... on Client { id code }
} }`;
