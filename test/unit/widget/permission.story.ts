// The microphone in a real Chromium that has not been told what to answer: why it is asked for, what is said when
// it is not to be had, and that trying again works. The gateway is not needed to get so far.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

describe('the microphone', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: ['--use-fake-device-for-media-stream'],
    });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  /** Opens a person's page and presses the button. */
  async function press(path = '', prepare: (page: Page) => Promise<void> = async () => {}): Promise<Page> {
    await context?.close();
    context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    await prepare(page);
    await page.goto(`${site.origin}${path}/director.html`);
    await page.getByRole('button', { name: /^Call / }).click();
    return page;
  }

  /** The browser's own answer to whoever asks for the microphone. */
  async function answer(page: Page, setting: 'granted' | 'denied' | 'prompt'): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const permission = { name: 'microphone' };
    await session.send('Browser.setPermission', { permission, setting, origin: site.origin });
  }

  /** `getUserMedia` that never answers, or fails as other machines do. */
  const asks = (error?: readonly [name: string, message: string]) => (page: Page) =>
    page.addInitScript(failure => {
      navigator.mediaDevices.getUserMedia = () =>
        failure ? Promise.reject(new DOMException(failure[1], failure[0])) : new Promise(() => {});
    }, error);

  const says = (page: Page, text: RegExp) =>
    page
      .locator('sip-call')
      .getByRole('status')
      .filter({ hasText: text })
      .waitFor({ state: 'attached', timeout: 8000 });

  it('is asked for with a line on why, and a hint where to look', async () => {
    const page = await press('', async page => {
      await answer(page, 'prompt');
      await asks()(page);
    });
    await says(page, /May we use your microphone\? It lets the other side hear you.*top left/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await says(page, /^Call cancelled$/);
  });

  it('was refused: says how to allow it, notices when that was done, and calls again', async () => {
    const page = await press('', page => answer(page, 'denied'));
    await says(page, /Microphone access is off.*icon to the left of the page’s address/);
    await context.grantPermissions(['microphone'], { origin: site.origin });
    await says(page, /The microphone is allowed now/);
    await page.getByRole('button', { name: 'Call again' }).click();
    // No gateway answers here: that it waits for one is the microphone's good end.
    await says(page, /^Calling…$/);
  });

  it('is forbidden to the page by its policy', async () => {
    const page = await press('/deaf', page => answer(page, 'granted'));
    await says(page, /This page may not use a microphone/);
  });

  for (const [name, message, words] of [
    ['NotAllowedError', 'Permission dismissed', /not allowed yet.*Call again and choose “Allow”/],
    ['NotAllowedError', 'Permission denied by system', /Your device keeps the microphone off/],
    ['NotFoundError', 'Requested device not found', /No microphone found/],
    ['NotReadableError', 'Could not start audio source', /The microphone is busy/],
  ] as const) {
    it(`${message}: says what happened, with a way to try again`, async () => {
      const page = await press('', async page => {
        await answer(page, 'granted');
        await asks([name, message])(page);
      });
      await says(page, words);
      assert.ok(await page.getByRole('button', { name: 'Call again' }).isVisible());
    });
  }
});
