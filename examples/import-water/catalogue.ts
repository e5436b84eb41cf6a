import type { Alims } from '../alims-client.ts';
import type { Plan } from './plan.ts';

const SAVE = {
  types: `mutation ($inputs: [SampleTypeInput!]!) { saved: saveSampleTypes(inputs: $inputs) { created } }`,
  clients: `mutation ($inputs: [ClientInput!]!) { saved: saveClients(inputs: $inputs) { created } }`,
  points: `mutation ($inputs: [SamplePointInput!]!) { saved: saveSamplePoints(inputs: $inputs) { created } }`,
  services: `mutation ($inputs: [AnalysisServiceInput!]!) { saved: saveAnalysisServices(inputs: $inputs) { created } }`,
} as const;

const LIST = {
  clients: page('clients', 'code'),
  points: page('samplePoints', 'code'),
  services: page('analysisServices', 'code unit'),
} as const;

const PER_REQUEST = 500;

function page(field: string, node: string): string {
  return `query ($after: String) { list: ${field}(first: 200, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { ${node} } } } }`;
}

interface Entry {
  readonly code: string;
  readonly unit?: string | null;
}

interface Page {
  readonly list: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly { readonly node: Entry }[];
  };
}

/** Registers what the catalogue lacks, changes nothing that is there, and returns the unit of every service. */
export async function registerCatalogue(alims: Alims, plan: Plan): Promise<ReadonlyMap<string, string | null>> {
  const [{ sampleTypes }, clients, points, services] = await Promise.all([
    alims.request<{ sampleTypes: readonly Entry[] }>('{ sampleTypes { code } }'),
    list(alims, LIST.clients),
    list(alims, LIST.points),
    list(alims, LIST.services),
  ]);
  await Promise.all([
    save(alims, SAVE.types, [...plan.places.types.values()], sampleTypes),
    save(alims, SAVE.clients, [...plan.places.clients.values()], clients),
    save(alims, SAVE.points, [...plan.places.points.values()], points),
    save(alims, SAVE.services, plan.services, services),
  ]);
  return new Map([...plan.services, ...services].map(({ code, unit }) => [code, unit ?? null]));
}

async function list(alims: Alims, query: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: string | null = null; ; ) {
    const answer: Page = await alims.request<Page>(query, { after });
    entries.push(...answer.list.edges.map(({ node }) => node));
    after = answer.list.pageInfo.endCursor;
    if (!answer.list.pageInfo.hasNextPage) return entries;
  }
}

async function save(alims: Alims, mutation: string, wanted: readonly Entry[], there: readonly Entry[]): Promise<void> {
  const known = new Set(there.map(({ code }) => code));
  const missing = wanted.filter(({ code }) => !known.has(code));
  for (let at = 0; at < missing.length; at += PER_REQUEST) {
    await alims.request(mutation, { inputs: missing.slice(at, at + PER_REQUEST) });
  }
}
