import { createHash } from 'node:crypto';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { operation } from './documents.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a document selects is known to the test that wrote it
export type Data = any;

/** One of each thing that the six domains keep, made through the API; ids only. */
export interface Scenario {
  readonly sampleId: string;
  readonly analysisIds: readonly [string, string];
  readonly workflowId: string;
  readonly factId: string;
  readonly ruleSetVersionId: string;
  readonly conversationId: string;
  readonly contextId: string;
  readonly patternId: string;
  readonly interactionId: string;
  readonly fileId: string;
}

/** A sample as the client operations register it: received, with two analyses and a workflow. */
export function sampleInput(barcode: string | null = null): object {
  return {
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    samplePointCode: 'UTAHDWQ_WQX-4900440',
    barcode,
    collectedAt: '2026-05-04T16:20:00Z',
    receivedAt: '2026-05-05T15:00:00Z',
    condition: 'INTACT',
    analyses: ['NITRATE', 'PHOSPHORUS'],
    startWorkflow: true,
  };
}

export interface RegisteredSample {
  readonly id: string;
  readonly version: number;
  readonly workflow: { readonly id: string; readonly stage: string; readonly version: number };
  readonly analyses: readonly { readonly id: string; readonly version: number }[];
}

const REGISTER = `mutation ($inputs: [RegisterSampleInput!]!) { registerSamples(inputs: $inputs) { results {
  ... on SampleRegistered { sample { id version workflow { id stage version } analyses { id version } } }
  ... on SampleRefused { code message } } } }`;

export async function registerSample(
  who: GraphQLClient,
  barcode: string | null = null,
  clientCode = 'UTAHDWQ',
): Promise<RegisteredSample> {
  const data: Data = await who.request(REGISTER, { inputs: [{ ...sampleInput(barcode), clientCode }] });
  const [result] = data.registerSamples.results;
  if (!result.sample) throw new Error(JSON.stringify(result));
  return result.sample;
}

const CONTENT = 'sample,nitrate\nA-1,3.4\n';

export function fileInput(more: object = {}): object {
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  return { name: 'run-42.csv', mediaType: 'text/csv', size: CONTENT.length, sha256, ...more };
}

/** Sends the content that fileInput() declares. */
export async function sendContent(uploadUrl: string): Promise<void> {
  const headers = { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  const answer = await fetch(uploadUrl, { method: 'PATCH', headers, body: CONTENT });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Fills the organization of a laboratory manager. */
export async function fill(manager: GraphQLClient, word: string): Promise<Scenario> {
  const sample = await registerSample(manager, `${word}-1`);
  const [first, second] = sample.analyses;
  if (!first || !second) throw new Error('The sample has no two analyses.');
  const inputs = [{ analysisId: first.id, expectedVersion: first.version, value: '3.4', unit: 'mg/L' }];
  await manager.request(operation('samples', 'SubmitResults'), { inputs });

  const { id: workflowId } = sample.workflow;
  const move = { workflowId, to: 'SAMPLE_RECEPTION', expectedVersion: 1, reason: `${word} came in` };
  await manager.request(operation('workflows', 'AdvanceWorkflow'), { input: move });

  const facts: Data = await manager.request(operation('rules', 'AssertFacts'), {
    facts: [{ text: `${word}_on_call(ana)` }],
  });
  const rules: Data = await manager.request(operation('rules', 'SaveRules'), {
    ruleSet: word,
    text: `${word}_ready(S) :- sample(S).\n`,
  });

  const conversationId = `${word}-talk`;
  const turn = { conversationId, messageType: 'USER', content: `Which ${word} blanks failed?`, workflowId };
  const context: Data = await manager.request(operation('memory', 'StoreContext'), { input: turn });
  const seen = { patternType: 'rework', description: `${word} reruns`, frequency: 3, successRate: 0.67 };
  const pattern: Data = await manager.request(operation('memory', 'StorePattern'), { input: seen });
  const did = { interactionType: 'search', satisfactionScore: 0.8, contextTags: [word] };
  const interaction: Data = await manager.request(operation('memory', 'RecordInteraction'), { input: did });

  const begun: Data = await manager.request(operation('files', 'BeginUpload'), {
    input: fileInput({ sampleId: sample.id }),
  });
  await sendContent(begun.beginUpload.uploadUrl);
  return {
    sampleId: sample.id,
    analysisIds: [first.id, second.id],
    workflowId,
    factId: facts.assertFacts.facts[0].id,
    ruleSetVersionId: rules.saveRules.id,
    conversationId,
    contextId: context.storeContext.context.id,
    patternId: pattern.storePattern.pattern.id,
    interactionId: interaction.recordInteraction.interaction.id,
    fileId: begun.beginUpload.fileId,
  };
}
