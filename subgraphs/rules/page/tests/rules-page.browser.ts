/**
 * The playground for rules in a real browser, over the whole system:
 * `node subgraphs/rules/page/tests/rules-page.browser.ts [path of chromium] [folder for screenshots]`.
 * Not part of the test run, which must pass on a machine without a browser.
 */
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import {
  answersWithProof,
  checksWhileTyping,
  everyStopIsToldInWords,
  factsTellWhoAndWhen,
  lastAnswerWins,
  shippedRulesAreNamed,
  treeByKeyboard,
  whyNotAndAssume,
} from './asking.ts';
import { executablePath, shoot, signIn, start } from './page-driver.ts';
import { draftsTestsAndPublishing, overridesAreSeen } from './publishing.ts';
import { fits, pictures, whoMayNotRead, whoMayOnlyRead } from './visitors.ts';

const FLAGS =
  '--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

await using stack = new AsyncDisposableStack();
const url = await start(stack);
const manager = await signedIn(`${url}/graphql`, 'manager@demo.test', DEMO_PASSWORD);
await manager.request(
  'mutation { assertFacts(facts: [{ text: "cooler_of(c1, room_2)" }], reason: "Delivered") { added } }',
);
const foreign: string[] = [];
const failures: string[] = [];
const browser = await chromium.launch({ executablePath, args: FLAGS.split(' ') });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(30_000);
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    // When lines are merged, the browser's own editing puts styles on them: refused, and drawn anew by the editor.
    const isEditing = message.text().startsWith('Applying inline style');
    if (message.type() === 'error' && !isEditing) failures.push(message.text());
  });
  await page.goto(`${url}/rules`);
  await page.waitForSelector('#outcome:has-text("Sign in to check rules")');
  await shoot(page, 'signed-out');
  await signIn(page, 'manager@demo.test');
  await checksWhileTyping(page);
  await lastAnswerWins(page);
  await answersWithProof(page);
  await treeByKeyboard(page);
  await factsTellWhoAndWhen(page);
  await shippedRulesAreNamed(page);
  await whyNotAndAssume(page);
  await everyStopIsToldInWords(page);
  await draftsTestsAndPublishing(page);
  await overridesAreSeen(page);
  await fits(page);
  await whoMayOnlyRead(page);
  await whoMayNotRead(page);
  await pictures(page);
  assert.deepEqual(foreign, [], 'nothing is loaded from elsewhere');
  assert.deepEqual(failures, [], 'no script fails, and the content security policy is kept');
  console.log(
    'Rules page: remarks, answers, proofs, why-not, assumptions, drafts, tests, publishing, overrides and signatures work.',
  );
} catch (error) {
  for (const page of browser.contexts().flatMap((context) => context.pages())) await shoot(page, 'failure');
  console.error(failures.join('\n'));
  throw error;
} finally {
  await browser.close();
}
