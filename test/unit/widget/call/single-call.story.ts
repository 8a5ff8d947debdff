// A visitor with two tabs has one call: the second tab shows where the call is, and can call once it has ended.

import { after, before, describe, it } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { eventually } from '../../../support/eventually.ts';
import { type GallerySite, startGallerySite } from '../../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../../support/parts.ts';

describe('two tabs', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: ['--use-fake-device-for-media-stream'],
    });
    context = await browser.newContext({ permissions: ['microphone'], locale: 'en-US' });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  async function tab(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${site.origin}/director.html`);
    return page;
  }

  const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).click();
  const says = (page: Page, text: RegExp) =>
    page.locator('sip-call').getByRole('status').filter({ hasText: text }).waitFor({ state: 'attached' });

  it('one calls, the other must wait, and can call once the first has ended or is closed', async () => {
    const [one, other] = [await tab(), await tab()];
    await press(one, /^Call /);
    await says(one, /^Calling…$/);
    await press(other, /^Call /);
    await says(other, /You are in another call.*in another tab/);

    await press(one, /^Cancel$/);
    await says(one, /^Call cancelled$/);
    await press(other, /^Call again$/);
    await says(other, /^Calling…$/);

    await press(one, /^Call again$/);
    await says(one, /You are in another call/);
    await other.close();
    // The browser releases a closed tab's lock with a delay.
    await eventually('the first tab calls again', async () => {
      await press(one, /^Call again$/);
      await one.locator('sip-call:not([state=idle])').waitFor();
      await one.waitForTimeout(200);
      return await one.locator('sip-call[state=preparing]').isVisible();
    });
    await says(one, /^Calling…$/);
  });
});
