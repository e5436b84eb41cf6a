import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { foundDemo } from '#demo/found.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { loadSettings } from '#platform/config/index.ts';
import { startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { startSystem } from '#system';

/** The whole system for a browser, and what somebody does on every part of the page. */

export const [executablePath = '/usr/bin/chromium', screenshots] = process.argv.slice(2);
const logger = createLogger({ level: 'error', name: 'browser test' });

export async function start(stack: AsyncDisposableStack): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-browser-'));
  // So that the server of a run as root lies within, and goes with it.
  await chmod(dataDir, 0o755);
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const urls = stack.use(await startEmbeddedPostgres({ dataDir, logger, durable: false }));
  await prepareDatabase(urls.ownerUrl);
  await foundDemo(urls.appUrl, logger);
  const system = stack.use(
    await startSystem({
      settings: loadSettings({ ALIMS_DATA_DIR: dataDir }),
      secretKey: 'a key for tests only, thirty-two characters and more',
      logger,
      databaseUrl: () => urls.appUrl,
      port: 0,
      graphiql: { title: 'ALIMS', tabs: [], demo: true },
      stopTimeoutMs: 2_000,
    }),
  );
  return `http://127.0.0.1:${system.port}`;
}

export async function shoot(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** Puts a text in the place of an editor's, as somebody at the keyboard would. */
export async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.click(`${editor} .cm-content`);
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

export async function ask(page: Page, goal: string): Promise<void> {
  await page.fill('#goal', goal);
  await page.press('#goal', 'Enter');
}

export async function signIn(page: Page, email: string): Promise<void> {
  await page.waitForSelector('#sign-in-bar form');
  await page.fill('#sign-in-bar input[type=email]', email);
  await page.fill('#sign-in-bar input[type=password]', DEMO_PASSWORD);
  await page.press('#sign-in-bar input[type=password]', 'Enter');
  await page.waitForSelector('#sign-in-bar .who');
}
