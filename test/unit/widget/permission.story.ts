// The microphone in a real Chromium without a preset answer: the texts before the question and after each refusal, and
// that another attempt works. Needs no gateway.

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

  /** The browser's own answer to a request for the microphone. */
  async function answer(page: Page, setting: 'granted' | 'denied' | 'prompt'): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const permission = { name: 'microphone' };
    await session.send('Browser.setPermission', { permission, setting, origin: site.origin });
  }

  /** `getUserMedia` that never answers, or fails as on other machines. */
  const asks = (error?: readonly [name: string, message: string]) => (page: Page) =>
    page.addInitScript(failure => {
      navigator.mediaDevices.getUserMedia = () =>
        failure ? Promise.reject(new DOMException(failure[1], failure[0])) : new Promise(() => {});
    }, error);

  /** The same, with another user agent. */
  const named = (userAgent: string) => async (page: Page) => {
    await answer(page, 'denied');
    await page.addInitScript(name => {
      Object.defineProperty(navigator, 'userAgent', { value: name });
    }, userAgent);
  };

  const says = (page: Page, text: RegExp) =>
    page.locator('sip-call').getByRole('status').filter({ hasText: text }).waitFor({ state: 'attached' });

  it('is requested with a reason and a hint where to look', async () => {
    const page = await press('', async page => {
      await answer(page, 'prompt');
      await asks()(page);
    });
    await says(page, /May we use your microphone\? It lets the other side hear you.*top left/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await says(page, /^Call cancelled$/);
  });

  it('was refused: says how to allow it, detects that, and calls again', async () => {
    const page = await press('', page => answer(page, 'denied'));
    await says(page, /Microphone access is off.*icon to the left of the page’s address/);
    await context.grantPermissions(['microphone'], { origin: site.origin });
    await says(page, /The microphone is ready now/);
    await page.getByRole('button', { name: 'Call again' }).click();
    // There is no gateway: the test ends when the widget waits for one.
    await says(page, /^Calling…$/);
  });

  for (const [browser, userAgent, mend] of [
    ['Firefox', 'Firefox/143.0', /crossed-out microphone/],
    ['Safari', 'Macintosh Version/26.0 Safari/605.1.15', /Settings for This Website/],
    ['Android', 'Android 16 Chrome/140.0.0.0 Mobile Safari/537.36', /then Permissions/],
    ['iPhone', 'iPhone Version/26.0 Mobile Safari/604.1', /Website Settings/],
  ] as const) {
    it(`was refused on ${browser}: says how to allow it there`, async () => {
      const page = await press('', named(userAgent));
      await says(page, mend);
      await page.getByRole('button', { name: 'Call again' }).waitFor();
    });
  }

  it('has no time-out while the visitor thinks', async () => {
    const page = await press('', async page => {
      await page.clock.install();
      await answer(page, 'prompt');
      await asks()(page);
    });
    await page.clock.runFor(1000);
    await says(page, /May we use your microphone/);
    await page.clock.fastForward('03:00:00');
    await says(page, /May we use your microphone/);
    assert.equal(await page.locator('sip-call').getAttribute('state'), 'preparing');
  });

  it('is forbidden in a frame without the permission', async () => {
    await context?.close();
    context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
    const page = await context.newPage();
    await page.goto(`${site.origin}/index.html`);
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.allow = "microphone 'none'";
      frame.src = 'director.html';
      document.body.append(frame);
    });
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: /^Call / }).click();
    await frame
      .locator('sip-call')
      .getByRole('status')
      .filter({ hasText: /This page may not use a microphone.*inside another one/ })
      .waitFor({ state: 'attached' });
  });

  it('is missing: detects a new one, and calls again', async () => {
    const page = await press('', async page => {
      await answer(page, 'granted');
      await page.addInitScript(() => {
        const { mediaDevices } = navigator;
        const [take, list] = [
          mediaDevices.getUserMedia.bind(mediaDevices),
          mediaDevices.enumerateDevices.bind(mediaDevices),
        ];
        mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
        mediaDevices.enumerateDevices = async () => [];
        addEventListener('plug', () => {
          mediaDevices.getUserMedia = take;
          mediaDevices.enumerateDevices = list;
          mediaDevices.dispatchEvent(new Event('devicechange'));
        });
      });
    });
    await says(page, /No microphone found.*Plug in a headset/);
    await context.grantPermissions(['microphone'], { origin: site.origin });
    await page.evaluate(() => dispatchEvent(new Event('plug')));
    await says(page, /The microphone is ready now/);
    await page.getByRole('button', { name: 'Call again' }).click();
    await says(page, /^Calling…$/);
  });

  describe('before a call', () => {
    const panel = (page: Page) => page.getByRole('group', { name: 'Before the call' }).getByRole('status');
    const panelSays = (page: Page, text: RegExp) => panel(page).filter({ hasText: text }).waitFor();

    /** Opens the panel. */
    async function open(prepare: (page: Page) => Promise<void>): Promise<Page> {
      await context?.close();
      context = await browser.newContext({ locale: 'en-US' });
      const page = await context.newPage();
      await prepare(page);
      await page.goto(`${site.origin}/director.html`);
      await page.getByRole('button', { name: 'Check your sound' }).click();
      await panelSays(page, /Nobody is called/);
      return page;
    }

    it('is not requested until the visitor starts the test', async () => {
      const page = await open(async page => {
        await answer(page, 'prompt');
        await page.addInitScript(() => {
          navigator.mediaDevices.getUserMedia = () => {
            document.documentElement.dataset.asked = '';
            return new Promise(() => {});
          };
        });
      });
      assert.equal(await page.locator('html[data-asked]').count(), 0);
      await page.getByRole('button', { name: 'Test your sound' }).click();
      await panelSays(page, /May we use your microphone\?.*top left/);
      await page.locator('html[data-asked]').waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Stop' }).click();
      await panelSays(page, /Nobody is called/);
    });

    it('was refused: says how to allow it, detects that, and tests again', async () => {
      const page = await open(page => answer(page, 'denied'));
      await page.getByRole('button', { name: 'Test your sound' }).click();
      await panelSays(page, /Microphone access is off.*icon to the left of the page’s address/);
      await context.grantPermissions(['microphone'], { origin: site.origin });
      await panelSays(page, /The microphone is ready now/);
      await page.getByRole('button', { name: 'Test again' }).click();
      await panelSays(page, /^Connecting…$/);
    });

    it('is closed by Escape, and returns the focus to its toggle', async () => {
      const page = await open(page => answer(page, 'prompt'));
      await page.getByRole('button', { name: 'Test your sound' }).focus();
      await page.keyboard.press('Escape');
      const opener = page.getByRole('button', { name: 'Check your sound', expanded: false });
      await opener.and(page.locator(':focus')).waitFor();
      assert.equal(await page.getByRole('group', { name: 'Before the call' }).count(), 0);
    });
  });

  it('is forbidden by the page’s policy', async () => {
    const page = await press('/deaf', page => answer(page, 'granted'));
    await says(page, /This page may not use a microphone/);
  });

  for (const [name, message, words] of [
    ['NotAllowedError', 'Permission dismissed', /not allowed yet.*Try again and choose “Allow”/],
    ['NotAllowedError', 'Permission denied by system', /Your device keeps the microphone off/],
    ['NotFoundError', 'Requested device not found', /No microphone found/],
    ['NotReadableError', 'Could not start audio source', /The microphone is busy/],
  ] as const) {
    it(`${message}: says what happened, and can be tried again`, async () => {
      const page = await press('', async page => {
        await answer(page, 'granted');
        await asks([name, message])(page);
      });
      await says(page, words);
      await page.getByRole('button', { name: 'Call again' }).waitFor();
    });
  }
});
