/**
 * The playground for rules in a real browser, over the whole system:
 * `node subgraphs/rules/page/tests/rules-page.browser.ts [path of chromium] [folder for screenshots]`.
 * Not part of the test run, which must pass on a machine without a browser.
 */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { foundDemo } from '#demo/found.ts';
import { signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { loadSettings } from '#platform/config/index.ts';
import { startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { startSystem } from '#system';

const [executablePath = '/usr/bin/chromium', screenshots] = process.argv.slice(2);
const FLAGS =
  '--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const logger = createLogger({ level: 'error', name: 'browser test' });

async function start(stack: AsyncDisposableStack): Promise<string> {
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

async function shoot(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** Puts a text in the place of an editor's, as somebody at the keyboard would. */
async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.click(`${editor} .cm-content`);
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

async function ask(page: Page, goal: string): Promise<void> {
  await page.fill('#goal', goal);
  await page.press('#goal', 'Enter');
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.waitForSelector('#sign-in-bar form');
  await page.fill('#sign-in-bar input[type=email]', email);
  await page.fill('#sign-in-bar input[type=password]', DEMO_PASSWORD);
  await page.press('#sign-in-bar input[type=password]', 'Enter');
  await page.waitForSelector('#sign-in-bar .who');
}

const PROGRAM = `% A cooler that is warm makes what is in it unfit.
unfit(S) :- in_cooler(S, C), temperature(C, T), T > 6.
fit(S) :- in_cooler(S, _), \\+ unfit(S).
`;

async function checksWhileTyping(page: Page): Promise<void> {
  await page.fill('#rule-set', 'coolers');
  await write(page, '#editor', PROGRAM.replace('T > 6.', 'T > > 6.'));
  await page.waitForSelector('#remarks .error');
  assert.match((await page.textContent('#remarks')) ?? '', /Line 2, column \d+/);
  await page.waitForSelector('#editor .cm-lintRange-error');
  const line = await page.$eval('#editor .cm-lintRange-error', (range) => range.closest('.cm-line')?.textContent);
  assert.match(line ?? '', /^unfit/, 'the remark stands at its line');
  await shoot(page, 'diagnostic');
  await write(page, '#editor', PROGRAM);
  await page.waitForSelector('#remarks .error', { state: 'detached' });
}

/** An answer about a text that is no longer there is not shown, however late it comes. */
async function lastAnswerWins(page: Page): Promise<void> {
  const held = Promise.withResolvers<void>();
  const isLate = (data: string | null) => data?.includes('CheckRules') === true && data.includes('late(');
  await page.route('**/graphql', async (route) => {
    if (isLate(route.request().postData())) await held.promise;
    await route.fallback();
  });
  const asked = page.waitForRequest((request) => isLate(request.postData()));
  await write(page, '#editor', 'late(');
  await asked;
  await write(page, '#editor', 'fine(a).\nfine(');
  await page.waitForSelector('#remarks .error:has-text("Line 2")');
  const answered = page.waitForResponse((response) => isLate(response.request().postData()));
  held.resolve();
  await (await answered).finished();
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.match((await page.textContent('#remarks')) ?? '', /^Line 2/);
  await page.unroute('**/graphql');
  await write(page, '#editor', PROGRAM);
  await page.waitForSelector('#remarks .error', { state: 'detached' });
}

async function answersWithProof(page: Page): Promise<void> {
  await write(page, '#facts', 'in_cooler(w1, c1)\nin_cooler(w2, c2)\ntemperature(c1, 4)\ntemperature(c2, 9.5)');
  await page.waitForSelector('#remarks .warning', { state: 'detached' }); // the facts are there that it asks for
  await ask(page, 'fit(S)');
  await page.waitForSelector('#answers tbody tr');
  assert.deepEqual(await page.$$eval('#answers th', (cells) => cells.map((cell) => cell.textContent)), ['S', '']);
  assert.deepEqual(await page.$$eval('#answers td:first-child', (cells) => cells.map((cell) => cell.textContent)), [
    'w1',
  ]);
  await page.focus('#answers tbody tr button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=tree] .rule');
  const text = (await page.textContent('[role=tree]')) ?? '';
  assert.match(text, /fit\(w1\).*Rule of the editor.*in_cooler\(S, _\).*Assumed for this question/s);
  assert.match(text, /not found.*unfit\(w1\).*nothing known makes it true/s);
  await shoot(page, 'proof');
}

async function treeByKeyboard(page: Page): Promise<void> {
  await page.focus('[role=treeitem][tabindex="0"]');
  await page.keyboard.press('ArrowDown');
  const focused = () => page.evaluate(() => document.activeElement?.querySelector('code')?.textContent);
  assert.match((await focused()) ?? '', /^in_cooler\(w1,c1\)$/);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), 'fit(w1)');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.isVisible('[role=treeitem] .fact'), false, 'the tree is closed by keyboard');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.isVisible('[role=treeitem] .fact'), true);
}

async function factsTellWhoAndWhen(page: Page): Promise<void> {
  await ask(page, 'cooler_of(C, R)');
  await page.waitForSelector('#answers tbody tr');
  await page.click('#answers tbody tr');
  await page.waitForSelector('[role=tree] .fact');
  assert.match((await page.textContent('[role=tree]')) ?? '', /Asserted by Mara Okafor on 20.* UTC: Delivered/);
}

async function whyNotAndAssume(page: Page): Promise<void> {
  await page.selectOption('#example', { label: 'Release: a report that may not go out (fails)' });
  await page.click('#ask button');
  await page.waitForSelector('[role=tree] .missing');
  const text = (await page.textContent('[role=tree]')) ?? '';
  assert.match(text, /may_release\(r1\).*no fact.*verified_by\(nitrate_w1/s);
  await shoot(page, 'why-not');
  await page.click('[role=tree] .missing button');
  await page.keyboard.insertText('viktor');
  assert.match((await page.textContent('#facts .cm-content')) ?? '', /verified_by\(nitrate_w1,viktor\)/);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('#answers tbody tr');
  await page.click('#answers tbody tr');
  await page.waitForSelector('[role=tree] .builtin');
  assert.match((await page.textContent('[role=tree] .builtin')) ?? '', /viktor\\==ana/);
  await ask(page, 'result_of(r2, x)');
  await page.click('[role=tree] .missing button:has-text("Assume and ask again")');
  await page.waitForSelector('#answers tbody tr');
}

async function everyStopIsToldInWords(page: Page): Promise<void> {
  await page.fill('#rule-set', 'playground');
  await write(page, '#editor', 'count(0).\ncount(N) :- count(M), N is M + 1.\n');
  await ask(page, 'count(N)');
  await page.waitForSelector('#outcome:has-text("Stopped:")');
  await ask(page, 'count(');
  await page.waitForSelector('#outcome.error:has-text("request ")');
}

/** A test is written, fails and says why, holds up the publication, is changed and passes; another one is removed. */
async function testsByHand(page: Page): Promise<void> {
  const publish = async () => {
    await page.fill('#versions form input', 'Too early');
    await page.click('#versions form button:has-text("Publish")');
  };
  await page.click('button:has-text("Write a test")');
  assert.equal(
    await page.evaluate(() => document.activeElement?.id),
    'test-field-1',
    'what is written first has focus',
  );
  await page.getByLabel('What it is about').fill('A warm cooler spoils what is in it');
  await page.locator('.test-form').getByLabel('Goal').fill('fit(W)');
  await page.getByLabel('Facts of this case').fill('in_cooler(w1, c1).\n% a warm one\ntemperature(c1, warm');
  await page.getByLabel('Expected answers').fill('fit( w1 )');
  await page.click('.test-form button:has-text("Keep and run")');
  await page.waitForSelector('.test-form [role=alert]:has-text("Facts of this case, number 2: Expected")');
  await page.getByLabel('Facts of this case').fill('in_cooler(w1, c1).\n% a warm one\ntemperature(c1, 9)');
  await shoot(page, 'test-form');
  await page.click('.test-form button:has-text("Keep and run")');
  await page.waitForSelector('.results .fails');
  const failing = (await page.textContent('.results li:has(.fails)')) ?? '';
  assert.match(failing, /A warm cooler spoils.*Expected\s*fit\(w1\)\s*Came\s*no answer/s);
  assert.equal(await page.isVisible('.test-form'), false, 'what was kept is no longer being written');
  await shoot(page, 'test-fails');
  await publish();
  await page.waitForSelector('#save-says.error');
  await page.click('.results .fails button:has-text("Look into it")');
  await page.waitForSelector('[role=tree]:has-text("unfit(w1)")'); // why the goal fails
  await page.click('#tab-versions');
  await page.click('button:has-text("Change") >> nth=1');
  await page.getByLabel('Expected answers').fill('');
  await page.click('.test-form button:has-text("Keep and run")');
  await page.waitForSelector('#save-says:has-text("Every test passes.")');
  assert.equal((await page.$$('.results .passes')).length, 2);
  await page.click('button:has-text("Write a test")');
  await page.getByLabel('What it is about').fill('To be removed');
  await page.locator('.test-form').getByLabel('Goal').fill('true');
  await page.click('.test-form button:has-text("Keep and run")');
  await page.waitForSelector('.results li:has-text("To be removed") .fails');
  await page.getByLabel('Remove the test To be removed').click();
  await page.waitForSelector('.results li:has-text("To be removed")', { state: 'detached' });
}

/** Lets the answers to one operation wait; what it returns lets them go, and waits until they are there. */
async function holding(page: Page, operation: string) {
  const held = Promise.withResolvers<void>();
  const isHeld = (data: string | null) => data?.includes(operation) === true;
  const asked = page.waitForRequest((request) => isHeld(request.postData()));
  const answered = page.waitForResponse((response) => isHeld(response.request().postData()));
  await page.route('**/graphql', async (route) => {
    if (!isHeld(route.request().postData())) return route.fallback();
    const response = await route.fetch(); // as it was when it was asked
    await held.promise;
    await route.fulfill({ response });
  });
  return {
    asked: () => asked,
    async letGo() {
      held.resolve();
      await (await answered).finished();
      await page.unroute('**/graphql');
      await page.evaluate(() => new Promise(requestAnimationFrame));
    },
  };
}

/** Nothing is said of results before they are shown, and those of tests that were replaced since are not. */
async function resultsBeforeVerdict(page: Page): Promise<void> {
  const rename = async (name: string) => {
    await page.click('button:has-text("Change") >> nth=1');
    await page.getByLabel('What it is about').fill(name);
    await page.click('.test-form button:has-text("Keep and run")');
  };
  const versions = await holding(page, 'query Versions');
  await page.click('#save');
  await versions.asked();
  assert.doesNotMatch((await page.textContent('#save-says')) ?? '', /is saved/, 'the draft is not there to see');
  await versions.letGo();
  await page.waitForSelector('#save-says:has-text("is saved")');

  const run = await holding(page, '"cases":null');
  await page.click('button:has-text("Run its 2 tests")');
  await run.asked();
  await rename('Renamed meanwhile');
  await page.waitForSelector('.results li:has-text("Renamed meanwhile") .passes');
  await page.$eval('#save-says', (says) => (says.textContent = 'Said last'));
  await run.letGo();
  assert.equal(await page.textContent('#save-says'), 'Said last', 'an older run says nothing');

  const drawn = await holding(page, 'query Versions');
  await rename('A warm cooler spoils what is in it');
  await drawn.asked();
  assert.equal(await page.textContent('#save-says'), 'Said last', 'no verdict without the results');
  await drawn.letGo();
  await page.waitForSelector('#save-says:has-text("Every test passes.")');
  assert.equal((await page.$$('.results .passes')).length, 2);
}

async function draftsTestsAndPublishing(page: Page): Promise<void> {
  await page.fill('#rule-set', 'coolers');
  await write(page, '#editor', PROGRAM);
  await write(page, '#facts', 'in_cooler(w1, c1)\ntemperature(c1, 4)');
  await ask(page, 'fit(S)');
  await page.waitForSelector('#answers tbody tr');
  await page.click('#tab-versions');
  await page.click('#save');
  await page.waitForSelector('#save-says:has-text("coolers 1 is saved")');
  await page.click('button:has-text("Keep the last question as a test")');
  await page.click('button:has-text("Run its test")');
  await page.waitForSelector('.results .passes');
  await testsByHand(page);
  await resultsBeforeVerdict(page);
  await shoot(page, 'versions');
  await page.fill('#versions form input', 'Coolers are watched');
  await page.click('#versions form button');
  await page.waitForSelector('#save-says:has-text("coolers 1 is in force")');
  await page.click('#tab-library');
  await page.fill('#library-find', 'blocker/3');
  assert.ok((await page.$$('#library li')).length > 3, 'shipped rules are there to read');
  const listed = (await page.textContent('#library')) ?? '';
  assert.match(listed, /core\.no_client · shipped, core\s*blocker/);
  assert.match(listed, /shipped, instruments, which your organization does not use/);
  await shoot(page, 'library');
}

const OVERRIDE = `:- overrides('verification.self_verified', 'SOP-7').
self_verified(A) :- submitted_by(A, U), verified_by(A, U), \\+ trusted(U).
`;

/** Whoever looks at the rules, a version, a proof or a why-not sees that a shipped rule is overridden, and why. */
async function overridesAreSeen(page: Page): Promise<void> {
  await page.click('#tab-editor');
  await page.fill('#rule-set', 'default');
  await write(page, '#editor', OVERRIDE);
  await write(page, '#facts', 'submitted_by(a1, ana)\nverified_by(a1, ana)');
  await ask(page, 'self_verified(A)');
  await page.click('#answers tbody tr');
  await page.waitForSelector('[role=tree]:has-text("In the place of the shipped verification.self_verified")');
  await page.click('#tab-versions');
  await page.click('#save');
  await page.waitForSelector('#save-says:has-text("default 1 is saved")');
  const note = 'In the place of the shipped verification.self_verified: SOP-7';
  await page.waitForSelector(`#versions summary:has-text("${note}")`);
  const publish = async (password: string) => {
    await page.fill('#versions section:has-text("SOP-7") form input:not([type=password])', 'Approved');
    await page.fill('#versions section:has-text("SOP-7") form input[type=password]', password);
    await page.click('#versions section:has-text("SOP-7") button:has-text("Publish")');
  };
  await publish('a wrong password');
  await page.waitForSelector('#save-says:has-text("nothing was signed or published")');
  await publish(DEMO_PASSWORD);
  await page.waitForSelector('#save-says:has-text("default 1 is in force")');
  await page.waitForSelector('#versions section:has-text("Approved, signed by Mara Okafor")');
  await page.click('#tab-library');
  await page.fill('#library-find', 'SOP-7');
  await page.click(`#library summary:has-text("${note}")`);
  assert.match(
    (await page.textContent('#library details')) ?? '',
    /verified_by\(A, U\)\./,
    'what is shipped can be read',
  );
  await shoot(page, 'override');
}

async function whoMayOnlyRead(page: Page): Promise<void> {
  await page.click('#sign-in-bar button:has-text("Sign out")');
  await page.waitForSelector('#outcome:has-text("Sign in to check rules")');
  assert.equal(await page.textContent('#answers'), '', 'nothing stays of what somebody else asked');
  await signIn(page, 'auditor@demo.test');
  await page.click('#tab-versions');
  await page.waitForSelector('#versions-permission:has-text("need the permission rules:write")');
  assert.equal(await page.isDisabled('#save'), true);
}

/** Nobody of the demonstration lacks this permission, so the API's answer is another here. */
async function whoMayNotRead(page: Page): Promise<void> {
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('query Me ')) return route.fallback();
    await route.fulfill({ json: { data: { me: { permissions: ['samples:read'] } } } });
  });
  await page.reload();
  await page.waitForSelector('#outcome:has-text("need the permission rules:read")');
  assert.equal(await page.isDisabled('#ask button'), true);
  await page.unroute('**/graphql');
  await page.reload();
  await page.waitForSelector('#ask button:enabled');
}

/** What somebody sees on a small and on a large screen, by day and by night. */
async function pictures(page: Page): Promise<void> {
  if (!screenshots) return;
  await page.click('#tab-editor');
  for (const example of [
    'Holding time: which samples are still fit',
    'Release: a report that may not go out (fails)',
  ]) {
    await page.selectOption('#example', { label: example });
    await page.click('#ask button');
    await page.waitForSelector(example.startsWith('Release') ? '[role=tree] .missing' : '#answers tbody tr');
    if (!example.startsWith('Release')) {
      await page.click('#answers tbody tr');
      await page.waitForSelector('[role=tree] .builtin');
    }
    for (const width of [1024, 1600]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 860 });
        await page.emulateMedia({ colorScheme });
        await shoot(page, `${example.slice(0, 7).toLowerCase()}-${width}-${colorScheme}`);
      }
    }
  }
}

/** At neither width does the page have to be moved sideways. */
async function fits(page: Page): Promise<void> {
  for (const width of [1600, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, `${width} pixels are enough`);
  }
}

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
