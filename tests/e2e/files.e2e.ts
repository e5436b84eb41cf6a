import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, userId } from '../lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ catalogue: true });
});
afterAll(() => lab[Symbol.asyncDispose]());

/** One document of operations/files.graphql, as clients send it. */
function operation(name: string): string {
  const source = readFileSync(new URL('../../operations/files.graphql', import.meta.url), 'utf8');
  const found = parse(source).definitions.find((d) => d.kind === 'OperationDefinition' && d.name?.value === name);
  if (!found) throw new Error(`operations/files.graphql has no ${name}.`);
  return print(found);
}

const REGISTER = `mutation ($inputs: [RegisterSampleInput!]!) { registerSamples(inputs: $inputs) { results {
  __typename ... on SampleRegistered { sample { id accessionNumber } } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: what a document selects is known to the test that wrote it
type Data = any;

function declared(content: Buffer, more: object) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name: 'run-42.csv', mediaType: 'text/csv', size: content.length, sha256, ...more };
}

function send(uploadUrl: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    new Upload(content, { uploadUrl, chunkSize: 100_000, onSuccess: () => resolve(), onError: reject }).start();
  });
}

test('a file of a sample, through the router: sent, shared with the client, read in full and in part', async () => {
  const [manager, analyst, client, stranger] = await Promise.all(
    ['manager', 'analyst', 'client', 'manager@other.test'].map((who) => lab.as(who)),
  );
  const input = { typeCode: 'WATER', clientCode: 'UTAHDWQ', barcode: 'E2E-FILES-1', analyses: ['NITRATE'] };
  const registered: Data = await manager!.request(REGISTER, { inputs: [input] });
  const { id: sampleId, accessionNumber } = registered.registerSamples.results[0].sample;

  const content = Buffer.from(`${'sample,nitrate\n'.repeat(20_000)}${randomBytes(8).toString('hex')}`);
  const begun: Data = await analyst!.request(operation('BeginUpload'), { input: declared(content, { sampleId }) });
  const { uploadUrl, fileId } = begun.beginUpload;
  expect(uploadUrl).toMatch(/^http:\/\//);
  await send(uploadUrl, content);

  const detail = async (who: typeof analyst) => who!.send<Data>(operation('FileDetail'), { id: fileId });
  const { data } = await detail(analyst);
  expect(data.file).toMatchObject({
    status: 'AVAILABLE',
    size: content.length,
    version: { number: 1, by: { name: expect.any(String) } },
    sample: { id: sampleId, accessionNumber },
    extracted: [{ kind: 'TABLE' }],
  });
  const whole = await fetch(data.file.download.url);
  expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
  const part = await fetch(data.file.download.url, { headers: { Range: 'bytes=100-199' } });
  expect([part.status, await part.text()]).toEqual([206, content.subarray(100, 200).toString()]);

  for (const who of [client, stranger]) {
    const answer = await detail(who);
    expect(answer.data?.file ?? null).toBeNull();
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['NOT_FOUND']);
  }
  const share = { input: { fileId, subject: 'role:client', level: 'READ' } };
  expect((await stranger!.send(operation('ShareFile'), share)).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  const shared: Data = await manager!.request(operation('ShareFile'), share);
  expect(shared.shareFile.file.access).toEqual([{ subject: 'role:client', level: 'READ' }]);
  expect((await detail(client)).data?.file?.id).toBe(fileId);
  expect((await detail(stranger)).data?.file ?? null).toBeNull();

  const corrected = Buffer.from('sample,nitrate\nA-1,3.5\n');
  const version = declared(corrected, { fileId, reason: 'corrected export' });
  const added: Data = await manager!.request(operation('AddFileVersion'), { input: version });
  await send(added.addFileVersion.uploadUrl, corrected);
  const after = (await detail(manager)).data;
  expect(after.file.version).toMatchObject({ number: 2 });
  expect(after.file.versions).toMatchObject({
    totalCount: 2,
    edges: [{ node: { number: 2, reason: 'corrected export' } }, { node: { number: 1 } }],
  });

  const OF_SAMPLE =
    'query ($id: ID!) { sample(id: $id) { files(first: 10) { totalCount edges { node { id by { id } } } } } }';
  const listed: Data = await client!.request(OF_SAMPLE, { id: sampleId });
  expect(listed.sample.files).toEqual({
    totalCount: 1,
    edges: [{ node: { id: fileId, by: { id: userId('analyst@demo.test') } } }],
  });
});

test('a file cannot be attached to a sample of another organization', async () => {
  const [manager, stranger] = await Promise.all(['manager', 'manager@other.test'].map((who) => lab.as(who)));
  const input = { typeCode: 'WATER', barcode: 'E2E-FILES-2', analyses: ['NITRATE'] };
  const registered: Data = await manager!.request(REGISTER, { inputs: [input] });
  const sampleId = registered.registerSamples.results[0].sample.id;
  const begun: Data = await stranger!.request(operation('BeginUpload'), {
    input: declared(Buffer.from('a,b\n'), { sampleId }),
  });
  expect(begun.beginUpload).toMatchObject({ __typename: 'UploadRefused', code: 'SAMPLE_NOT_FOUND' });
});

test('a stream of file states comes through the router over SSE', async () => {
  const analyst = await lab.as('analyst');
  const content = Buffer.from('a,b\n1,2\n');
  const begun: Data = await analyst.request(operation('BeginUpload'), { input: declared(content, {}) });
  const response = await fetch(lab.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${analyst.accessToken}`,
    },
    body: JSON.stringify({ query: operation('FileProcessed'), variables: { fileId: begun.beginUpload.fileId } }),
  });
  let sent = false;
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!sent && text.includes('PENDING')) {
      sent = true;
      await send(begun.beginUpload.uploadUrl, content);
    }
    if (text.includes('AVAILABLE')) break;
  }
  expect(sent).toBe(true);
});
