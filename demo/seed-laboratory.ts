import { CATALOGUE } from './catalogue.ts';
import { type GraphQLClient, signedIn } from './graphql-client.ts';
import { DEMO_PASSWORD } from './people.ts';
import { createRandom, pick } from './random.ts';

const SAMPLES = 320;
const STAGES = [
  'SAMPLE_RECEPTION',
  'REGISTRATION',
  'ASSIGNMENT',
  'PROCESSING',
  'TESTING',
  'RESULTS',
  'COMPLETION',
] as const;
/** How many of a hundred samples get at least this far along STAGES. */
const REACHED = [92, 86, 80, 72, 62, 50, 34] as const;
const HOUR_MS = 3_600_000;

interface SeedAnalysis {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly service: { readonly code: string };
}

interface SeedSample {
  readonly barcode: string;
  readonly category: string;
  readonly analyses: readonly SeedAnalysis[];
  workflow: { readonly id: string; readonly stage: string; readonly status: string; readonly version: number };
}

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results { __typename ... on SampleRefused { code message } } }
}`;
const STATE = `query State($after: String) {
  samples(filter: { text: "DEMO-" }, orderBy: { field: ACCESSION_NUMBER, direction: ASC }, first: 200, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { barcode category analyses { id version status service { code } } workflow { id stage status version } } }
  }
}`;
const ADVANCE = `mutation Advance($inputs: [AdvanceWorkflowInput!]!) {
  advanceWorkflows(inputs: $inputs) { results {
    ... on WorkflowAdvanced { workflow { id version } }
    ... on TransitionRefused { blockers { code message } }
    ... on WorkflowConflict { currentStage }
  } }
}`;
const SUBMIT = `mutation Submit($inputs: [SubmitResultInput!]!) {
  submitResults(inputs: $inputs) { results { ... on ResultSubmitted { analysis { id version } } ... on ResultRefused { code message } } }
}`;
const VERIFY = `mutation Verify($inputs: [VerifyAnalysisInput!]!) {
  verifyAnalyses(inputs: $inputs) { results { ... on AnalysisVerified { analysis { id } } ... on VerificationRefused { code message } } }
}`;

/**
 * A few hundred samples in every stage, with results, blanks and people behind them; made through the API as its users
 * would. What a first run that was killed left undone, the next one does.
 */
export async function seedLaboratory(url: string, count = SAMPLES): Promise<void> {
  const as = (name: string) => signedIn(url, `${name}@demo.test`, DEMO_PASSWORD);
  const [clerk, analyst, verifier, manager] = await Promise.all([
    as('clerk'),
    as('analyst'),
    as('verifier'),
    as('manager'),
  ]);
  await registerMissing(clerk, await stateOf(manager), count);
  const samples = await stateOf(manager);
  for (const [index, to] of STAGES.entries()) {
    const moving = samples.filter(
      ({ barcode, workflow }) => goalOf(barcode) >= index && stageOf(workflow.stage) < index,
    );
    if (to === 'RESULTS') await enterResults(analyst, moving);
    if (to === 'COMPLETION') await verifyResults(verifier, await stateOf(manager), moving);
    await advance(index < 3 ? clerk : manager, moving, to);
  }
  await interrupt(manager, samples);
}

/** Position in STAGES; -1 is initiation. */
function stageOf(stage: string): number {
  return (STAGES as readonly string[]).indexOf(stage);
}

/** How far along STAGES a sample is to get: decided by its barcode, so that a second run decides the same. */
function goalOf(barcode: string): number {
  const chance = createRandom(Number(barcode.slice(5)) * 7919)() * 100;
  return REACHED.filter((percent) => chance < percent).length - 1;
}

async function stateOf(person: GraphQLClient): Promise<SeedSample[]> {
  const samples: SeedSample[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: { samples: StatePage } = await person.request(STATE, { after });
    samples.push(...page.samples.edges.map(({ node }) => ({ ...node })));
    after = page.samples.pageInfo.endCursor;
    more = page.samples.pageInfo.hasNextPage;
  }
  return samples;
}

interface StatePage {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly edges: readonly { readonly node: SeedSample }[];
}

async function registerMissing(clerk: GraphQLClient, present: readonly SeedSample[], count: number): Promise<void> {
  const known = new Set(present.map(({ barcode }) => barcode));
  const now = Date.now();
  const inputs = Array.from({ length: count }, (_, number) => newSample(createRandom(number + 1), number, now));
  const missing = inputs.filter(({ barcode }) => !known.has(barcode));
  for (let from = 0; from < missing.length; from += 100) {
    const { registerSamples } = await clerk.request<{ registerSamples: { results: { message?: string }[] } }>(
      REGISTER,
      {
        inputs: missing.slice(from, from + 100),
      },
    );
    const refused = registerSamples.results.find(({ message }) => message);
    if (refused) throw new Error(`The demonstration laboratory could not be filled: ${refused.message}`);
  }
}

function newSample(random: () => number, number: number, now: number) {
  const blank = number % 16 === 7;
  const collectedAt = now - (2 + random() * 70) * HOUR_MS;
  const chemistry = CATALOGUE.services.slice(0, 6).map(({ code }) => code);
  return {
    typeCode: blank ? 'WATER' : pick(random, ['WATER', 'WATER', 'WATER', 'GROUNDWATER', 'WASTEWATER']),
    clientCode: pick(random, ['UTAHDWQ', 'UTAHDWQ', ...CATALOGUE.clients.map(({ code }) => code)]),
    samplePointCode: pick(random, CATALOGUE.points).code,
    barcode: `DEMO-${String(number + 1).padStart(5, '0')}`,
    priority: pick(random, ['ROUTINE', 'ROUTINE', 'ROUTINE', 'URGENT', 'STAT']),
    category: blank ? 'FIELD_BLANK' : number % 20 === 9 ? 'FIELD_REPLICATE' : 'ROUTINE',
    collectedAt: new Date(collectedAt).toISOString(),
    receivedAt: new Date(collectedAt + 1.5 * HOUR_MS).toISOString(),
    condition: 'INTACT',
    analyses: chemistry.filter((_, i) => i < 2 || random() < 0.4),
    startWorkflow: true,
  };
}

async function advance(person: GraphQLClient, samples: readonly SeedSample[], to: string): Promise<void> {
  for (let from = 0; from < samples.length; from += 200) {
    const batch = samples.slice(from, from + 200);
    const inputs = batch.map(({ workflow }) => ({ workflowId: workflow.id, to, expectedVersion: workflow.version }));
    const { advanceWorkflows } = await person.request<{
      advanceWorkflows: { results: { workflow?: { version: number }; blockers?: { message: string }[] }[] };
    }>(ADVANCE, { inputs });
    for (const [i, { workflow, blockers }] of advanceWorkflows.results.entries()) {
      const sample = batch[i];
      if (!workflow || !sample)
        throw new Error(`The demonstration laboratory could not move: ${blockers?.[0]?.message}`);
      sample.workflow = { ...sample.workflow, stage: to, version: workflow.version };
    }
  }
}

/** Concentrations as a laboratory meets them: most small, some not detected; blanks are clean. */
function resultOf(random: () => number, analysis: SeedAnalysis, category: string) {
  const base = { analysisId: analysis.id, expectedVersion: analysis.version, measuredAt: new Date().toISOString() };
  const unit = CATALOGUE.services.find(({ code }) => code === analysis.service.code)?.unit;
  if (category === 'FIELD_BLANK' || random() < 0.12) return { ...base, text: 'ND', detectionLimit: '0.010', unit };
  const scale = analysis.service.code === 'CONDUCTIVITY' ? 400 : analysis.service.code === 'TURBIDITY' ? 5 : 0.6;
  return { ...base, value: (0.02 + random() ** 2 * scale).toFixed(3), detectionLimit: '0.010', unit };
}

async function enterResults(analyst: GraphQLClient, samples: readonly SeedSample[]): Promise<void> {
  const inputs = samples.flatMap(({ barcode, analyses, category }) => {
    const random = createRandom(Number(barcode.slice(5)));
    return analyses.filter(({ status }) => status === 'REGISTERED').map((each) => resultOf(random, each, category));
  });
  for (let from = 0; from < inputs.length; from += 500)
    await analyst.request(SUBMIT, { inputs: inputs.slice(from, from + 500) });
}

async function verifyResults(
  verifier: GraphQLClient,
  present: readonly SeedSample[],
  moving: readonly SeedSample[],
): Promise<void> {
  const barcodes = new Set(moving.map(({ barcode }) => barcode));
  const inputs = present
    .filter(({ barcode }) => barcodes.has(barcode))
    .flatMap(({ analyses }) => analyses.filter(({ status }) => status === 'SUBMITTED'))
    .map(({ id, version }) => ({ analysisId: id, expectedVersion: version }));
  for (let from = 0; from < inputs.length; from += 500)
    await verifier.request(VERIFY, { inputs: inputs.slice(from, from + 500) });
}

/** A board without a hold or a cancellation is not believable. */
async function interrupt(manager: GraphQLClient, samples: readonly SeedSample[]): Promise<void> {
  const change = (field: string) =>
    `mutation Change($input: ChangeWorkflowStatusInput!) { ${field}(input: $input) { __typename } }`;
  const waiting = samples.filter(({ workflow }) => stageOf(workflow.stage) >= 0 && stageOf(workflow.stage) < 4);
  if (samples.some(({ workflow }) => workflow.status === 'ON_HOLD')) return;
  for (const [i, { workflow }] of waiting.slice(0, 9).entries()) {
    const [field, reason] =
      i % 3 === 0 ? ['cancelWorkflow', 'container broke on the way'] : ['holdWorkflow', 'freezer alarm'];
    const input = { workflowId: workflow.id, expectedVersion: workflow.version, reason };
    await manager.request(change(field ?? ''), { input });
  }
}
