import { CATALOGUE } from './catalogue.ts';
import { signedIn } from './graphql-client.ts';
import { CLIENT_PERSON, DEMO_PASSWORD } from './people.ts';

const SAVE = `mutation Catalogue($types: [SampleTypeInput!]!, $clients: [ClientInput!]!, $points: [SamplePointInput!]!, $services: [AnalysisServiceInput!]!) {
  saveSampleTypes(inputs: $types) { created }
  saveClients(inputs: $clients) { created }
  saveSamplePoints(inputs: $points) { created }
  saveAnalysisServices(inputs: $services) { created }
}`;

/** Fills the catalogue of both organizations and lets the client's person in. Running it again changes nothing. */
export async function seedCatalogue(url: string): Promise<void> {
  const manager = await signedIn(url, 'manager@demo.test', DEMO_PASSWORD);
  await manager.request(SAVE, CATALOGUE);
  const other = await signedIn(url, 'manager@other.test', DEMO_PASSWORD);
  await other.request(SAVE, { ...CATALOGUE, clients: [{ code: 'HARBOUR', name: 'Harbour Fish Market' }] });
  const { clients } = await manager.request<{ clients: { edges: { node: { id: string; code: string } }[] } }>(
    '{ clients(first: 200) { edges { node { id code } } } }',
  );
  const admin = await signedIn(url, 'admin@demo.test', DEMO_PASSWORD);
  const { name, email } = CLIENT_PERSON;
  const clientId = clients.edges.find(({ node }) => node.code === 'UTAHDWQ')?.node.id;
  await admin.request(`mutation Invite($input: CreateUserInput!) { createUser(input: $input) { __typename } }`, {
    input: { name, email, password: DEMO_PASSWORD, roles: ['CLIENT'], clientId, idempotencyKey: 'demo-client' },
  });
}
