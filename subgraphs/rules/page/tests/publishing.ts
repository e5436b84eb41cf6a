import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { PROGRAM } from './asking.ts';
import { ask, shoot, write } from './page-driver.ts';

/** Versions with their tests, overrides and signatures. */

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

export async function draftsTestsAndPublishing(page: Page): Promise<void> {
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
export async function overridesAreSeen(page: Page): Promise<void> {
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
