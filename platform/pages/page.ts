import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A page and the files it loads. Nothing else is served: a request can name a file, never a path. */
export interface PageOptions {
  /** Where the page is served, for example `/rules`. */
  readonly path: string;
  readonly title: string;
  readonly icon: string;
  /** Everything the page loads, by the name under which it is served. */
  readonly files: ReadonlyMap<string, URL>;
  readonly styles: readonly string[];
  /** Scripts that run one after the other, before any module. */
  readonly scripts: readonly string[];
  /** Names of modules in `import` statements, with the file of each. */
  readonly imports: ReadonlyMap<string, string>;
  readonly main: string;
  readonly body: string;
}

export interface Page {
  /** The page's own path; everything below it is a file. */
  readonly prefix: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

interface Served {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer<ArrayBuffer>;
  readonly gzipped: Buffer<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const GUARDS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** The files are read when the first browser asks, once. */
export function createPage(options: PageOptions): Page {
  let site: Promise<Site> | undefined;
  return {
    prefix: options.path,
    async fetch(request) {
      site ??= readSite(options);
      const { files, version } = await site;
      const { pathname } = new URL(request.url);
      if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Pages are read with GET.');
      if (pathname === options.path) return pageResponse(options, version);
      const below = `${options.path}/${version}/`;
      const file = pathname.startsWith(below) ? files.get(pathname.slice(below.length)) : undefined;
      return file ? fileResponse(request, file) : refusal(404, `The page ${options.path} has no such file.`);
    },
  };
}

function refusal(status: number, message: string): Response {
  const headers = { ...GUARDS, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(message, { status, headers });
}

/** Another version has another address, so a browser never has to ask again for what it has. */
function fileResponse(request: Request, { type, etag, plain, gzipped }: Served): Response {
  const headers = new Headers({
    ...GUARDS,
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    etag,
  });
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const zipped = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  if (zipped) headers.set('content-encoding', 'gzip');
  return new Response(zipped ? gzipped : plain, { headers });
}

/** Made for each request, as its nonce is: the import map, and the styles that an editor makes, have to carry it. */
function pageResponse(options: PageOptions, version: string): Response {
  const nonce = randomBytes(16).toString('base64url');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return new Response(html(options, version, nonce), {
    headers: {
      ...GUARDS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    },
  });
}

function html(
  { path, title, icon, imports, styles, scripts, main, body }: PageOptions,
  version: string,
  nonce: string,
) {
  const at = (name: string) => `${path}/${version}/${name}`;
  const map = JSON.stringify({ imports: Object.fromEntries([...imports].map(([name, file]) => [name, at(file)])) });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${icon}">
${styles.map((name) => `<link rel="stylesheet" href="${at(name)}">`).join('\n')}
<script type="importmap" nonce="${nonce}">${map}</script>
${scripts.map((name) => `<script defer src="${at(name)}"></script>`).join('\n')}
<script type="module" src="${at(main)}"></script>
</head>
<body>
${body}
</body>
</html>
`;
}

interface Site {
  readonly files: ReadonlyMap<string, Served>;
  /** Changes whenever a file does. */
  readonly version: string;
}

async function readSite({ files }: PageOptions): Promise<Site> {
  const served = await Promise.all([...files].map(async ([name, url]) => [name, await readServed(name, url)] as const));
  return { files: new Map(served), version: digest(served.map(([name, { etag }]) => name + etag).join('\n')) };
}

async function readServed(name: string, url: URL): Promise<Served> {
  const type = TYPES[extname(name)];
  if (type === undefined) throw new Error(`A page serves scripts and styles; ${name} is neither.`);
  const plain = await readFile(url);
  return { type, plain, gzipped: await promisify(gzip)(plain), etag: `"${digest(plain)}"` };
}

function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64url').slice(0, 24);
}
