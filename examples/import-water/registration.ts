import { createHash } from 'node:crypto';
import { type Alims, AlimsRefusal } from '../alims-client.ts';
import type { PlannedSample, SampleInput } from './plan.ts';

/** An analysis as the laboratory holds it. */
export interface HeldAnalysis {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly service: { readonly code: string };
  readonly result: HeldResult | null;
}

export interface HeldResult {
  readonly value: string | null;
  readonly text: string | null;
  readonly unit: string | null;
  readonly flags: readonly string[];
}

export interface HeldSample {
  readonly barcode: string | null;
  readonly collectedAt: string | null;
  readonly analyses: readonly HeldAnalysis[];
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export const ANALYSIS = 'id version status service { code } result { value text unit flags }';
const SAMPLE = `barcode collectedAt analyses { ${ANALYSIS} }`;
const REGISTER = `mutation RegisterSamples($inputs: [RegisterSampleInput!]!, $key: ID) {
  registerSamples(inputs: $inputs, idempotencyKey: $key) { results {
    ... on SampleRegistered { sample { ${SAMPLE} } } ... on SampleRefused { code message } } } }`;

type Registered = { readonly sample: HeldSample } | Refusal;

/** The key of a request is its content: the same request, also after a kill, is carried out once. */
export function idempotencyKey(inputs: readonly object[]): string {
  return `import-water-${createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 40)}`;
}

/** One sample per plan, in the same order: registered now or before, or why not. */
export async function registerBatch(
  alims: Alims,
  plans: readonly PlannedSample[],
): Promise<readonly (HeldSample | Refusal)[]> {
  const inputs = plans.map(({ input }) => input);
  const results = await inHalves(inputs, async (some) => {
    const answer = await alims.request<{ registerSamples: { results: readonly Registered[] } }>(REGISTER, {
      inputs: some,
      key: idempotencyKey(some),
    });
    return answer.registerSamples.results;
  });
  const taken = results.flatMap((result, index) => {
    const input = inputs[index];
    return 'code' in result && result.code === 'DUPLICATE_BARCODE' && input ? [input.barcode] : [];
  });
  const found = await findByBarcode(alims, taken);
  return results.map((result, index) => {
    if ('sample' in result) return result.sample;
    return found.get(inputs[index]?.barcode ?? '') ?? result;
  });
}

/** A request that is refused as a whole is asked again in halves, until the one input that spoils it stands alone. */
export async function inHalves<Input, Result>(
  inputs: readonly Input[],
  ask: (inputs: readonly Input[]) => Promise<readonly Result[]>,
): Promise<readonly (Result | Refusal)[]> {
  if (inputs.length === 0) return [];
  try {
    return await ask(inputs);
  } catch (error) {
    if (!(error instanceof AlimsRefusal) || !SPOILT.has(error.code)) throw error;
    if (inputs.length === 1) return [{ code: error.code, message: error.problems[0]?.message ?? error.message }];
    const half = Math.ceil(inputs.length / 2);
    return [...(await inHalves(inputs.slice(0, half), ask)), ...(await inHalves(inputs.slice(half), ask))];
  }
}

const SPOILT = new Set(['BAD_INPUT', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']);
const LOOKUPS = 25;

/** Samples that are there already, by barcode: the list finds text anywhere in it, so others are sorted out here. */
async function findByBarcode(
  alims: Alims,
  barcodes: readonly SampleInput['barcode'][],
): Promise<Map<string, HeldSample>> {
  const found = new Map<string, HeldSample>();
  for (let at = 0; at < barcodes.length; at += LOOKUPS) {
    const some = barcodes.slice(at, at + LOOKUPS);
    const asked = some.map((_, index) => `$t${index}: String!`).join(', ');
    const fields = some.map(
      (_, index) => `s${index}: samples(filter: { text: $t${index} }, first: 50) { edges { node { ${SAMPLE} } } }`,
    );
    const answer = await alims.request<Readonly<Record<string, { edges: readonly { node: HeldSample }[] }>>>(
      `query FindSamples(${asked}) { ${fields.join('\n')} }`,
      Object.fromEntries(some.map((barcode, index) => [`t${index}`, barcode])),
    );
    for (const { edges } of Object.values(answer)) {
      for (const { node } of edges) if (node.barcode !== null) found.set(node.barcode, node);
    }
  }
  return found;
}
