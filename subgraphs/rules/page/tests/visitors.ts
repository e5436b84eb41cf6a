import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { screenshots, shoot, signIn } from './page-driver.ts';

/** Who may see what, and how it looks on their screens. */

export async function whoMayOnlyRead(page: Page): Promise<void> {
  await page.click('#sign-in-bar button:has-text("Sign out")');
  await page.waitForSelector('#outcome:has-text("Sign in to check rules")');
  assert.equal(await page.textContent('#answers'), '', 'nothing stays of what somebody else asked');
  await signIn(page, 'auditor@demo.test');
  await page.click('#tab-versions');
  await page.waitForSelector('#versions-permission:has-text("need the permission rules:write")');
  assert.equal(await page.isDisabled('#save'), true);
}

/** Nobody of the demonstration lacks this permission, so the API's answer is another here. */
export async function whoMayNotRead(page: Page): Promise<void> {
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
export async function pictures(page: Page): Promise<void> {
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
export async function fits(page: Page): Promise<void> {
  for (const width of [1600, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, `${width} pixels are enough`);
  }
}
