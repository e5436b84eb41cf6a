import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { FAVICON, SIGN_IN, signInBar } from '#platform/pages/sign-in/index.ts';
import type { NodeHandler } from '../http/graphql.ts';

export interface GraphiQLTab {
  /** Shown on the tab when the query's operation has no name. */
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface GraphiQLOptions {
  readonly title?: string | undefined;
  /** What a first visitor finds. */
  readonly tabs: readonly GraphiQLTab[];
  /** Fills the sign-in form with the demonstration's manager. Default false. */
  readonly demo?: boolean | undefined;
  /** Whether people sign in by the mutations of ALIMS' accounts. Default true. */
  readonly signIn?: boolean | undefined;
}

interface Page {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

// Everything is inside the page; this keeps it so, whatever a dependency would like to load.
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'worker-src blob:',
  'img-src data:',
  'font-src data:',
  "connect-src 'self' ws: wss: data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page is several megabytes, so it is made when the first browser asks, once. */
export function createGraphiQL(options: GraphiQLOptions): NodeHandler {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= renderPage(options);
    send(request, response, await page);
  };
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  response.setHeader('content-security-policy', POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('vary', 'accept, accept-encoding');
  response.setHeader('etag', page.etag);
  if (request.headers['if-none-match'] === page.etag) {
    response.writeHead(304).end();
    return;
  }
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = zipped ? page.gzipped : page.plain;
  if (zipped) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

async function renderPage(options: GraphiQLOptions): Promise<Page> {
  const here = (name: string) => new URL(name, import.meta.url);
  const read = (url: URL) => readFile(url, 'utf8');
  const [{ renderGraphiQL }, styles, scripts] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    Promise.all([SIGN_IN.style, here('layout.css'), here('query-plan.css')].map(read)),
    Promise.all([...SIGN_IN.scripts, here('headers.browser.js'), here('query-plan.browser.js')].map(read)),
  ]);
  const title = options.title ?? 'ALIMS';
  const html = renderGraphiQL({
    title,
    logo: '<span></span>',
    endpoint: '/graphql',
    favicon: FAVICON,
    defaultTabs: options.tabs.map(toTab),
    defaultHeaders: '',
    shouldPersistHeaders: true,
    defaultEditorToolsVisibility: 'variables',
    subscriptionsProtocol: 'SSE',
  });
  const signIn = options.signIn !== false;
  const barHtml = signInBar({ title, subtitle: 'GraphQL explorer', demo: options.demo === true, signIn });
  const style = `<style>${styles.join('')}</style>`;
  const script = scripts.map((each) => `<script>${each}</script>`).join('');
  const bar = `${style}${barHtml}${script}`;
  // Before GraphiQL starts: the bar decides which headers its tabs get.
  const marker = '<div id="root"></div>';
  const at = html.indexOf(marker);
  const plain = Buffer.from(`${html.slice(0, at)}${bar}${html.slice(at)}`);
  const gzipped = await promisify(gzip)(plain);
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 24)}"` };
}

function toTab({ name, query, variables }: GraphiQLTab): { query: string; variables: string | null } {
  const named = /^(?!#).*(query|subscription|mutation)\s+\w+/m.test(query);
  return {
    query: named ? query : `# ${name}\n${query}`,
    variables: variables ? JSON.stringify(variables, null, 2) : null,
  };
}
