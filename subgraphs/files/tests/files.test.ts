import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ADD_VERSION,
  BEGIN_UPLOAD,
  createFilesLab,
  declare,
  FILE_DETAIL,
  type FilesLab,
  ORGANIZATION,
  OTHER_ORGANIZATION,
  person,
  SHARE_FILE,
  send,
  sha256,
  upload,
} from './support/files-lab.ts';

let lab: FilesLab;
beforeAll(async () => {
  lab = await createFilesLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const ana = person(['analyst']);
const manager = person(['lab_manager']);
const UPLOAD_ID = 'query ($id: ID!) { file(id: $id) { upload { id } } }';
const CONTENT = 'sample,nitrate\nA-1,3.4\n';

async function detail(viewer: ReturnType<typeof person>, id: string) {
  return lab.ask(viewer, FILE_DETAIL, { id });
}

/** Types of the events about a file, in order. */
async function eventsOf(fileId: string): Promise<string[]> {
  const client = new pg.Client(lab.database.superUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ type: string }>(
      'select type from files.outbox_event where subject_id = $1 order by sequence',
      [fileId],
    );
    return rows.map(({ type }) => type);
  } finally {
    await client.end();
  }
}

describe('uploading', () => {
  test('declared, sent, checked, available: with its text, a version and an event for each step', async () => {
    const begun = await lab.ask(ana, BEGIN_UPLOAD, { input: declare(CONTENT) });
    const { uploadUrl, fileId } = begun.data.beginUpload;
    const pending = (await detail(ana, fileId)).data.file;
    expect(pending).toMatchObject({ status: 'PENDING', version: null, download: null, versions: { totalCount: 0 } });

    await send(uploadUrl, CONTENT);
    const { data, codes } = await detail(ana, fileId);
    expect(codes).toEqual([]);
    expect(data.file).toMatchObject({
      name: 'run-42.csv',
      mediaType: 'text/csv',
      size: CONTENT.length,
      sha256: sha256(CONTENT),
      status: 'AVAILABLE',
      version: { number: 1, by: { id: ana.userId } },
      extracted: [{ kind: 'TABLE', text: CONTENT, truncated: false }],
    });
    expect(await (await fetch(data.file.download.url)).text()).toBe(CONTENT);
    expect(await eventsOf(fileId)).toEqual([
      'file.upload_begun',
      'file.processing',
      'file.available',
      'file.downloaded',
    ]);
  });

  test('a size beyond 32 bits is a number', async () => {
    const size = 5_000_000_000;
    const { data } = await lab.ask(ana, BEGIN_UPLOAD, { input: { ...declare('x'), size } });
    expect((await detail(ana, data.beginUpload.fileId)).data.file.size).toBe(size);
  });

  test.each([
    [{ name: 'a/b.csv' }, 'NAME_INVALID'],
    [{ size: 6_000_000_000 }, 'SIZE_TOO_LARGE'],
    [{ size: 0 }, 'SIZE_INVALID'],
    [{ sha256: 'xyz' }, 'SHA256_INVALID'],
    [{ mediaType: 'application/x-msdownload' }, 'MEDIA_TYPE_NOT_ALLOWED'],
    [{ sampleId: randomUUID() }, 'SAMPLE_NOT_FOUND'],
    [{ sampleId: 'not an id' }, 'SAMPLE_NOT_FOUND'],
    [{ workflowId: randomUUID() }, 'WORKFLOW_NOT_FOUND'],
  ])('%j is refused with %s and a sentence, and nothing is created', async (change, code) => {
    const { data } = await lab.ask(ana, BEGIN_UPLOAD, { input: declare(CONTENT, change) });
    expect(data.beginUpload).toEqual({
      __typename: 'UploadRefused',
      code,
      message: expect.stringMatching(/.{20,}\.$/),
    });
  });

  test('content that is not what was declared is rejected with the reason, and none of it is kept', async () => {
    const { data } = await lab.ask(ana, BEGIN_UPLOAD, { input: declare(CONTENT) });
    const { uploadUrl, fileId } = data.beginUpload;
    await send(uploadUrl, CONTENT.replace('3.4', '4.3'));
    const { file } = (await detail(ana, fileId)).data;
    expect(file).toMatchObject({ status: 'REJECTED', version: null, download: null });
    expect(file.upload.rejection).toEqual({
      code: 'SHA256_MISMATCH',
      message: expect.stringContaining(sha256(CONTENT)),
    });
    expect(await eventsOf(fileId)).toEqual(['file.upload_begun', 'file.processing', 'file.rejected']);
    const uploadId = (await lab.ask(ana, UPLOAD_ID, { id: fileId })).data.file.upload.id;
    expect(await readdir(path.join(lab.dataDir, 'files', 'uploads'))).not.toContain(uploadId);
    expect((await fetch(uploadUrl, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })).status).toBe(410);
  });

  test.each([
    ['a picture called CSV', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), {}, 'MEDIA_TYPE_MISMATCH'],
    [
      'a program called data',
      Buffer.from('7f454c4602010100', 'hex'),
      { name: 'a.raw', mediaType: 'application/octet-stream' },
      'MEDIA_TYPE_NOT_ALLOWED',
    ],
    ['text called PDF', Buffer.from('%PDX'), { name: 'a.pdf', mediaType: 'application/pdf' }, 'MEDIA_TYPE_MISMATCH'],
  ])('%s is rejected', async (_what, content, declared, code) => {
    const fileId = await upload(lab, ana, content, declared);
    expect((await detail(ana, fileId)).data.file).toMatchObject({
      status: 'REJECTED',
      upload: { rejection: { code } },
    });
  });

  test('an upload that was given up rejects the file', async () => {
    const { data } = await lab.ask(ana, BEGIN_UPLOAD, { input: declare(CONTENT) });
    const gone = await fetch(data.beginUpload.uploadUrl, { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } });
    expect(gone.status).toBe(204);
    expect((await detail(ana, data.beginUpload.fileId)).data.file).toMatchObject({
      status: 'REJECTED',
      upload: { rejection: { code: 'TERMINATED' } },
    });
  });

  test('a retry with the same key gets the same upload; the same key for other content is a conflict', async () => {
    const input = declare(CONTENT, { idempotencyKey: randomUUID() });
    const first = await lab.ask(ana, BEGIN_UPLOAD, { input });
    expect((await lab.ask(ana, BEGIN_UPLOAD, { input })).data).toEqual(first.data);
    const other = await lab.ask(ana, BEGIN_UPLOAD, { input: { ...input, name: 'other.csv' } });
    expect(other.codes).toEqual(['CONFLICT']);
    const bens = await lab.ask(person(['analyst']), BEGIN_UPLOAD, { input });
    expect(bens.data.beginUpload.fileId).not.toBe(first.data.beginUpload.fileId);
  });

  test('nobody has more than a hundred unfinished uploads', async () => {
    const hoarder = person(['sampler']);
    const begin = () => lab.ask(hoarder, BEGIN_UPLOAD, { input: declare(CONTENT) });
    for (let count = 0; count < 100; count++) expect((await begin()).data.beginUpload.__typename).toBe('UploadTicket');
    expect((await begin()).data.beginUpload).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  test('who may not upload is told which permission is missing; nobody is told to sign in', async () => {
    const input = declare(CONTENT);
    expect((await lab.ask(person(['client'], { clientId: randomUUID() }), BEGIN_UPLOAD, { input })).codes).toEqual([
      'FORBIDDEN',
    ]);
    expect((await lab.ask(person(['auditor']), BEGIN_UPLOAD, { input })).codes).toEqual(['FORBIDDEN']);
    expect((await lab.ask(null, BEGIN_UPLOAD, { input })).codes).toEqual(['UNAUTHENTICATED']);
  });
});

describe('versions', () => {
  test('new content makes a new version; the old one stays and can still be downloaded', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    const corrected = CONTENT.replace('3.4', '3.5');
    const { data } = await lab.ask(ana, ADD_VERSION, {
      input: { ...declare(corrected), fileId, reason: 'corrected export' },
    });
    expect((await detail(ana, fileId)).data.file).toMatchObject({
      status: 'AVAILABLE',
      version: { number: 1 },
      upload: { status: 'PENDING' },
    });
    await send(data.addFileVersion.uploadUrl, corrected);

    const { file } = (await detail(ana, fileId)).data;
    expect(file).toMatchObject({ sha256: sha256(corrected), version: { number: 2 }, extracted: [{ text: corrected }] });
    expect(file.versions.totalCount).toBe(2);
    const [second, first] = file.versions.edges.map(({ node }: { node: unknown }) => node);
    expect(second).toMatchObject({ number: 2, reason: 'corrected export', sha256: sha256(corrected) });
    expect(first).toMatchObject({ number: 1, reason: null, sha256: sha256(CONTENT) });
    expect(await (await fetch(first.download.url)).text()).toBe(CONTENT);
  });

  test('rejected new content leaves the version in force', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    const input = { ...declare('a,b\n'), fileId, reason: 'other' };
    const { data } = await lab.ask(ana, ADD_VERSION, { input });
    await send(data.addFileVersion.uploadUrl, 'c,d\n');
    expect((await detail(ana, fileId)).data.file).toMatchObject({
      status: 'AVAILABLE',
      sha256: sha256(CONTENT),
      version: { number: 1 },
      upload: { status: 'REJECTED', rejection: { code: 'SHA256_MISMATCH' } },
    });
  });

  test('a rejected first content is mended by a version', async () => {
    const fileId = await upload(lab, ana, 'text', { name: 'a.pdf', mediaType: 'application/pdf' });
    const input = { ...declare(CONTENT), fileId, reason: 'it was a table' };
    const { data } = await lab.ask(ana, ADD_VERSION, { input });
    expect((await detail(ana, fileId)).data.file).toMatchObject({ status: 'PENDING', name: 'run-42.csv' });
    await send(data.addFileVersion.uploadUrl, CONTENT);
    expect((await detail(ana, fileId)).data.file).toMatchObject({ status: 'AVAILABLE', version: { number: 1 } });
  });

  test('versions are paged, the newest first', async () => {
    const fileId = await upload(lab, ana, '1');
    for (const content of ['2', '3']) {
      const { data } = await lab.ask(ana, ADD_VERSION, { input: { ...declare(content), fileId, reason: 'next' } });
      await send(data.addFileVersion.uploadUrl, content);
    }
    const query = `query ($id: ID!, $after: String) { file(id: $id) { versions(first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { number } } } } }`;
    const page1 = (await lab.ask(ana, query, { id: fileId })).data.file.versions;
    expect(page1).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { number: 3 } }, { node: { number: 2 } }],
    });
    const page2 = (await lab.ask(ana, query, { id: fileId, after: page1.pageInfo.endCursor })).data.file.versions;
    expect(page2).toMatchObject({ pageInfo: { hasNextPage: false }, edges: [{ node: { number: 1 } }] });
    expect((await lab.ask(ana, query, { id: fileId, after: 'rubbish' })).codes).toEqual(['BAD_INPUT']);
  });

  test('a version needs a reason', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    const { data } = await lab.ask(ana, ADD_VERSION, { input: { ...declare(CONTENT), fileId, reason: '  ' } });
    expect(data.addFileVersion).toMatchObject({ code: 'REASON_INVALID' });
  });

  test('not even this program can change or remove a version', async () => {
    const client = new pg.Client({
      connectionString: lab.database.appUrl,
      options: '-c role=alims_files -c search_path=files',
    });
    await client.connect();
    try {
      await client.query(`set app.organization_id = '${ORGANIZATION}'`);
      await expect(client.query(`update file_version set sha256 = 'x'`)).rejects.toThrow('permission denied');
      await expect(client.query('delete from file_version')).rejects.toThrow('permission denied');
    } finally {
      await client.end();
    }
  });
});

describe('who sees what', () => {
  const ben = person(['analyst']);
  const sampleOf = (clientId: string) =>
    lab.addSample(
      (viewer) => viewer.organizationId === ORGANIZATION && (viewer.clientId === null || viewer.clientId === clientId),
    );
  const sees = async (viewer: ReturnType<typeof person>, fileId: string) => {
    const { data, codes } = await detail(viewer, fileId);
    if (data.file) return true;
    expect(codes).toEqual(['NOT_FOUND']);
    return false;
  };
  const share = (viewer: ReturnType<typeof person>, fileId: string, subject: string, level: string) =>
    lab.ask(viewer, SHARE_FILE, { input: { fileId, subject, level } });

  test('a file of no sample: its uploader, managers of files and auditors', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    expect(await sees(ana, fileId)).toBe(true);
    expect(await sees(manager, fileId)).toBe(true);
    expect(await sees(person(['auditor']), fileId)).toBe(true);
    expect(await sees(ben, fileId)).toBe(false);
  });

  test('a file of a sample: whoever in the laboratory sees the sample; no client', async () => {
    const clientId = randomUUID();
    const fileId = await upload(lab, ana, CONTENT, { sampleId: sampleOf(clientId) });
    expect(await sees(ben, fileId)).toBe(true);
    expect(await sees(person(['client'], { clientId }), fileId)).toBe(false);
    const hidden = await upload(lab, ana, CONTENT, {
      sampleId: lab.addSample((viewer) => viewer.userId === ana.userId),
    });
    expect(await sees(ben, hidden)).toBe(false);
  });

  test('shared with clients: the client of the sample sees it, another client does not, and no longer once withdrawn', async () => {
    const clientId = randomUUID();
    const client = person(['client'], { clientId });
    const rival = person(['client'], { clientId: randomUUID() });
    const fileId = await upload(lab, ana, CONTENT, { sampleId: sampleOf(clientId) });
    const { data } = await share(ana, fileId, 'role:client', 'READ');
    expect(data.shareFile.file.access).toEqual([{ subject: 'role:client', level: 'READ' }]);
    expect(await sees(client, fileId)).toBe(true);
    expect(await sees(rival, fileId)).toBe(false);
    expect((await detail(client, fileId)).data.file.access).toEqual([]);
    await share(ana, fileId, 'role:client', 'NONE');
    expect(await sees(client, fileId)).toBe(false);
    expect(await eventsOf(fileId)).toEqual(expect.arrayContaining(['file.shared', 'file.shared']));
  });

  test('shared with a person: READ reads, WRITE also adds versions', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    const addVersion = () => lab.ask(ben, ADD_VERSION, { input: { ...declare(CONTENT), fileId, reason: 'mine' } });
    expect((await addVersion()).codes).toEqual(['NOT_FOUND']);
    await share(manager, fileId, `user:${ben.userId}`, 'READ');
    expect((await addVersion()).codes).toEqual(['FORBIDDEN']);
    await share(manager, fileId, `user:${ben.userId}`, 'WRITE');
    expect((await addVersion()).data.addFileVersion.__typename).toBe('UploadTicket');
  });

  test('who only reads a file cannot share it; who does not see it learns nothing', async () => {
    const fileId = await upload(lab, ana, CONTENT, { sampleId: sampleOf(randomUUID()) });
    expect((await share(ben, fileId, `user:${ben.userId}`, 'WRITE')).codes).toEqual(['FORBIDDEN']);
    const unseen = await upload(lab, ana, CONTENT);
    expect((await share(ben, unseen, `user:${ben.userId}`, 'WRITE')).codes).toEqual(['NOT_FOUND']);
    expect((await share(ana, unseen, 'everybody', 'READ')).codes).toEqual(['BAD_INPUT']);
  });

  test('another organization sees and changes nothing, whatever its people may do at home', async () => {
    const fileId = await upload(lab, ana, CONTENT, { sampleId: sampleOf(randomUUID()) });
    for (const role of ['lab_manager', 'admin', 'auditor', 'analyst'] as const) {
      const stranger = person([role], { organizationId: OTHER_ORGANIZATION });
      expect(await sees(stranger, fileId)).toBe(false);
    }
    const stranger = person(['lab_manager'], { organizationId: OTHER_ORGANIZATION, userId: ana.userId });
    expect((await share(stranger, fileId, 'role:client', 'READ')).codes).toEqual(['NOT_FOUND']);
    const input = { ...declare(CONTENT), fileId, reason: 'mine' };
    expect((await lab.ask(stranger, ADD_VERSION, { input })).codes).toEqual(['NOT_FOUND']);
    expect(await eventsOf(fileId)).not.toContain('file.shared');
  });

  test('row-level security holds without any filter of ours', async () => {
    await upload(lab, ana, CONTENT);
    const client = new pg.Client({
      connectionString: lab.database.appUrl,
      options: '-c role=alims_files -c search_path=files',
    });
    await client.connect();
    try {
      for (const table of ['file', 'file_version', 'file_extraction', 'upload', 'file_access']) {
        const count = async (organization: string) => {
          await client.query(`set app.organization_id = '${organization}'`);
          return Number((await client.query(`select count(*) from ${table}`)).rows[0].count);
        };
        expect(await count(ORGANIZATION)).toBeGreaterThan(0);
        expect(await count(OTHER_ORGANIZATION)).toBe(0);
      }
    } finally {
      await client.end();
    }
  });

  test('equal content in two organizations is stored twice: neither learns of the other', async () => {
    const content = randomBytes(40).toString('hex');
    const stranger = person(['analyst'], { organizationId: OTHER_ORGANIZATION });
    await upload(lab, ana, content);
    await upload(lab, stranger, content);
    const hash = sha256(content);
    for (const organization of [ORGANIZATION, OTHER_ORGANIZATION]) {
      const folder = path.join(lab.dataDir, 'files', 'blobs', organization, hash.slice(0, 2));
      expect(await readdir(folder)).toContain(hash);
    }
  });

  test('ids that cannot be ids name nothing', async () => {
    expect((await detail(ana, 'x')).codes).toEqual(['NOT_FOUND']);
    expect((await detail(ana, "' or 1=1")).codes).toEqual(['NOT_FOUND']);
  });
});

test('an id in capitals is the same id', async () => {
  const fileId = await upload(lab, ana, CONTENT);
  expect((await detail(ana, fileId.toUpperCase())).data.file.id).toBe(fileId);
});

describe('files of a sample and of a workflow', () => {
  const LIST = `query ($of: [_Any!]!, $after: String) { _entities(representations: $of) {
    ... on Sample { files(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } }
    ... on Workflow { files(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id } } } } } }`;
  const list = async (viewer: ReturnType<typeof person>, of: object, after?: string) => {
    const { data, codes } = await lab.ask(viewer, LIST, { of: [of], after });
    expect(codes).toEqual([]);
    return data._entities[0].files;
  };
  const ids = (page: { edges: readonly { node: { id: string } }[] }) => page.edges.map(({ node }) => node.id);

  test('each sees the page and the count of what he or she may see, as the file itself says', async () => {
    const clientId = randomUUID();
    const sampleId = lab.addSample(
      (viewer) => viewer.organizationId === ORGANIZATION && (viewer.clientId ?? clientId) === clientId,
    );
    const people = [
      ana,
      manager,
      person(['verifier']),
      person(['auditor']),
      person(['client'], { clientId }),
      person(['client'], { clientId: randomUUID() }),
      person(['lab_manager'], { organizationId: OTHER_ORGANIZATION }),
    ];
    const fileIds: string[] = [];
    for (const grant of [null, 'role:client', `user:${people[5]?.userId}`]) {
      const fileId = await upload(lab, ana, CONTENT, { sampleId });
      if (grant) await lab.ask(ana, SHARE_FILE, { input: { fileId, subject: grant, level: 'READ' } });
      fileIds.unshift(fileId);
    }
    const counts = [];
    for (const viewer of people) {
      const visible = [];
      for (const id of fileIds) if ((await detail(viewer, id)).data.file) visible.push(id);
      const page = await list(viewer, { __typename: 'Sample', id: sampleId });
      const rest = page.pageInfo.hasNextPage
        ? await list(viewer, { __typename: 'Sample', id: sampleId }, page.pageInfo.endCursor)
        : { edges: [] };
      expect([...ids(page), ...ids(rest)]).toEqual(visible);
      expect(page.totalCount).toBe(visible.length);
      counts.push(visible.length);
    }
    expect(counts).toEqual([3, 3, 3, 3, 1, 1, 0]);
  });

  test('a file attached to a workflow belongs to its sample too', async () => {
    const sampleId = lab.addSample(() => true);
    const workflowId = lab.addWorkflow(sampleId, (viewer) => viewer.organizationId === ORGANIZATION);
    const fileId = await upload(lab, ana, CONTENT, { workflowId });
    const ben = person(['analyst']);
    expect(ids(await list(ben, { __typename: 'Workflow', id: workflowId }))).toEqual([fileId]);
    expect(ids(await list(ben, { __typename: 'Sample', id: sampleId }))).toEqual([fileId]);
    const stranger = person(['lab_manager'], { organizationId: OTHER_ORGANIZATION });
    expect(ids(await list(stranger, { __typename: 'Workflow', id: workflowId }))).toEqual([]);
    const input = declare(CONTENT, { workflowId });
    expect((await lab.ask(stranger, BEGIN_UPLOAD, { input })).data.beginUpload.code).toBe('WORKFLOW_NOT_FOUND');
  });
});

describe('following a file', () => {
  const FOLLOW = `subscription ($fileId: ID!) { fileProcessed(fileId: $fileId) { file { id status sha256 mediaType upload { status } } } }`;

  test('the present state comes first, then every change until it is available', async () => {
    const { data } = await lab.ask(ana, BEGIN_UPLOAD, { input: declare(CONTENT) });
    const { fileId, uploadUrl } = data.beginUpload;
    const states = lab.subscribe(ana, FOLLOW, { fileId });
    const next = async () => (await states.next()).value?.data.fileProcessed.file;
    expect(await next()).toMatchObject({
      id: fileId,
      status: 'PENDING',
      sha256: sha256(CONTENT),
      mediaType: 'text/csv',
    });
    await send(uploadUrl, CONTENT);
    const seen = [];
    for (let state = await next(); ; state = await next()) {
      seen.push(state.status);
      if (state.status === 'AVAILABLE') break;
    }
    // States that follow each other quickly may be told as one.
    expect(['PROCESSING,AVAILABLE', 'AVAILABLE']).toContain(seen.join());
    await states.return?.();
  });

  test('who may not see a file cannot follow it', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    for (const viewer of [person(['analyst']), person(['lab_manager'], { organizationId: OTHER_ORGANIZATION })]) {
      const first = await lab.subscribe(viewer, FOLLOW, { fileId }).next();
      expect(first.value?.codes ?? ['NOT_FOUND']).toEqual(['NOT_FOUND']);
    }
  });

  test('it ends when the file is withdrawn from the follower', async () => {
    const ben = person(['analyst']);
    const fileId = await upload(lab, ana, CONTENT);
    await lab.ask(ana, SHARE_FILE, { input: { fileId, subject: `user:${ben.userId}`, level: 'READ' } });
    const states = lab.subscribe(ben, FOLLOW, { fileId });
    expect((await states.next()).value?.data.fileProcessed.file.status).toBe('AVAILABLE');
    const end = states.next();
    await lab.ask(ana, SHARE_FILE, { input: { fileId, subject: `user:${ben.userId}`, level: 'NONE' } });
    await lab.ask(ana, ADD_VERSION, { input: { ...declare(CONTENT), fileId, reason: 'next' } });
    expect((await end).done).toBe(true);
  });
});

describe('links', () => {
  test('a link lasts five minutes', async () => {
    const fileId = await upload(lab, ana, CONTENT);
    const { url, expiresAt } = (await detail(ana, fileId)).data.file.download;
    expect(new Date(expiresAt).getTime() - lab.clock.now.getTime()).toBe(300_000);
    const before = lab.clock.now;
    try {
      lab.clock.now = new Date(expiresAt);
      expect((await fetch(url)).status).toBe(410);
    } finally {
      lab.clock.now = before;
    }
  });
});
