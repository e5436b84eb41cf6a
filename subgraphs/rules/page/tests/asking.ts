import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { ask, shoot, write } from './page-driver.ts';

/** Writing rules, asking, and reading answers, proofs and why-not. */

export const PROGRAM = `% A cooler that is warm makes what is in it unfit.
unfit(S) :- in_cooler(S, C), temperature(C, T), T > 6.
fit(S) :- in_cooler(S, _), \\+ unfit(S).
`;

export async function checksWhileTyping(page: Page): Promise<void> {
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
export async function lastAnswerWins(page: Page): Promise<void> {
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

export async function answersWithProof(page: Page): Promise<void> {
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

export async function treeByKeyboard(page: Page): Promise<void> {
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

export async function factsTellWhoAndWhen(page: Page): Promise<void> {
  await ask(page, 'cooler_of(C, R)');
  await page.waitForSelector('#answers tbody tr');
  await page.click('#answers tbody tr');
  await page.waitForSelector('[role=tree] .fact');
  assert.match((await page.textContent('[role=tree]')) ?? '', /Asserted by Mara Okafor on 20.* UTC: Delivered/);
}

export async function shippedRulesAreNamed(page: Page): Promise<void> {
  await page.fill('#rule-set', 'default');
  await write(page, '#editor', '');
  await ask(page, 'cancel_role(R)');
  await page.waitForSelector('#answers tbody tr');
  await page.click('#answers tbody tr');
  await page.waitForSelector('[role=tree]:has-text("Rule core.")');
  assert.doesNotMatch((await page.textContent('[role=tree]')) ?? '', /Rule of the editor/);
}

export async function whyNotAndAssume(page: Page): Promise<void> {
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

export async function everyStopIsToldInWords(page: Page): Promise<void> {
  await page.fill('#rule-set', 'playground');
  await write(page, '#editor', 'count(0).\ncount(N) :- count(M), N is M + 1.\n');
  await ask(page, 'count(N)');
  await page.waitForSelector('#outcome:has-text("Stopped:")');
  await ask(page, 'count(');
  await page.waitForSelector('#outcome.error:has-text("request ")');
}
