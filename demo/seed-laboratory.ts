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
  readonly code: string;
}

interface SeedSample {
  readonly id: string;
  readonly category: string;
  readonly analyses: readonly SeedAnalysis[];
  /** Position in STAGES of the last stage it is to reach; -1 stays at initiation. */
  readonly goal: number;
  workflow: { readonly id: string; version: number };
}

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!, $key: ID) {
  registerSamples(inputs: $inputs, idempotencyKey: $key) { results {
    ... on SampleRegistered { sample { id category analyses { id version service { code } } workflow { id version } } }
    ... on SampleRefused { index code message }
  } }
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

/** A few hundred samples in every stage, with results, blanks and people behind them; made through the API as its users would. */
export async function seedLaboratory(url: string, count = SAMPLES): Promise<void> {
  const as = (name: string) => signedIn(url, `${name}@demo.test`, DEMO_PASSWORD);
  const [clerk, analyst, verifier, manager] = await Promise.all([
    as('clerk'),
    as('analyst'),
    as('verifier'),
    as('manager'),
  ]);
  const random = createRandom(2026);
  const samples: SeedSample[] = [];
  for (let from = 0; from < count; from += 100) {
    samples.push(...(await register(clerk, random, from, Math.min(100, count - from))));
  }
  for (const [index, to] of STAGES.entries()) {
    const moving = samples.filter(({ goal }) => goal >= index);
    if (to === 'RESULTS') await enterResults(analyst, random, moving);
    if (to === 'COMPLETION') await verifyResults(verifier, moving);
    await advance(index < 3 ? clerk : manager, moving, to);
  }
  await interrupt(manager, samples);
}

async function register(
  clerk: GraphQLClient,
  random: () => number,
  from: number,
  count: number,
): Promise<SeedSample[]> {
  const now = Date.now();
  const inputs = Array.from({ length: count }, (_, i) => newSample(random, from + i, now));
  const { registerSamples } = await clerk.request<{
    registerSamples: { results: { sample?: RegisteredSample; code?: string; message?: string }[] };
  }>(REGISTER, { inputs, key: `demo-register-${from}` });
  return registerSamples.results.map(({ sample, message }) => {
    if (!sample) throw new Error(`The demonstration laboratory could not be filled: ${message}`);
    const analyses = sample.analyses.map(({ id, version, service }) => ({ id, version, code: service.code }));
    const chance = random() * 100;
    const goal = REACHED.filter((percent) => chance < percent).length - 1;
    return { ...sample, analyses, goal, workflow: { ...sample.workflow } };
  });
}

interface RegisteredSample {
  readonly id: string;
  readonly category: string;
  readonly analyses: readonly {
    readonly id: string;
    readonly version: number;
    readonly service: { readonly code: string };
  }[];
  readonly workflow: { readonly id: string; readonly version: number };
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
      sample.workflow = { ...sample.workflow, version: workflow.version };
    }
  }
}

/** Concentrations as a laboratory meets them: most small, some not detected; blanks are clean. */
function resultOf(random: () => number, analysis: SeedAnalysis, category: string) {
  const base = { analysisId: analysis.id, expectedVersion: analysis.version, measuredAt: new Date().toISOString() };
  const unit = CATALOGUE.services.find(({ code }) => code === analysis.code)?.unit;
  if (category === 'FIELD_BLANK' || random() < 0.12) return { ...base, text: 'ND', detectionLimit: '0.010', unit };
  const scale = analysis.code === 'CONDUCTIVITY' ? 400 : analysis.code === 'TURBIDITY' ? 5 : 0.6;
  return { ...base, value: (0.02 + random() ** 2 * scale).toFixed(3), detectionLimit: '0.010', unit };
}

async function enterResults(
  analyst: GraphQLClient,
  random: () => number,
  samples: readonly SeedSample[],
): Promise<void> {
  const inputs = samples.flatMap(({ analyses, category }) => analyses.map((a) => resultOf(random, a, category)));
  for (let from = 0; from < inputs.length; from += 500)
    await analyst.request(SUBMIT, { inputs: inputs.slice(from, from + 500) });
}

async function verifyResults(verifier: GraphQLClient, samples: readonly SeedSample[]): Promise<void> {
  const inputs = samples.flatMap(({ analyses }) =>
    analyses.map(({ id, version }) => ({ analysisId: id, expectedVersion: version + 1 })),
  );
  for (let from = 0; from < inputs.length; from += 500)
    await verifier.request(VERIFY, { inputs: inputs.slice(from, from + 500) });
}

/** A board without a hold or a cancellation is not believable. */
async function interrupt(manager: GraphQLClient, samples: readonly SeedSample[]): Promise<void> {
  const change = (field: string) =>
    `mutation Change($input: ChangeWorkflowStatusInput!) { ${field}(input: $input) { __typename } }`;
  const waiting = samples.filter(({ goal }) => goal >= 0 && goal < 4);
  for (const [i, { workflow }] of waiting.slice(0, 9).entries()) {
    const [field, reason] =
      i % 3 === 0 ? ['cancelWorkflow', 'container broke on the way'] : ['holdWorkflow', 'freezer alarm'];
    const input = { workflowId: workflow.id, expectedVersion: workflow.version, reason };
    await manager.request(change(field ?? ''), { input });
  }
}
