// What a page does during its call: asks before it is left, keeps the screen on, and can play sound.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { eventually } from '../../../support/eventually.ts';
import { type GallerySite, startGallerySite } from '../../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../../support/parts.ts';

declare global {
  interface Window {
    vigil: { locks: number; contexts: AudioContext[] };
  }
}

describe('a page with a call', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let page: Page;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: ['--use-fake-device-for-media-stream'],
    });
    page = await browser.newPage({ permissions: ['microphone'], locale: 'en-US' });
    await page.addInitScript(() => {
      window.vigil = { locks: 0, contexts: [] };
      navigator.wakeLock.request = async () => {
        window.vigil.locks++;
        return { release: async () => void window.vigil.locks-- } as unknown as WakeLockSentinel;
      };
      window.AudioContext = class extends AudioContext {
        constructor() {
          super();
          window.vigil.contexts.push(this);
        }
      };
    });
    await page.goto(`${site.origin}/director.html`);
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
  const locks = () => page.evaluate(() => window.vigil.locks);

  it('asks before it is left and keeps the screen on, until the call ends', async () => {
    assert.equal(await asks(), false);
    await page.getByRole('button', { name: /^Call / }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await eventually('the screen stays on', async () => (await locks()) === 1);
    assert.equal(await asks(), true);

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Call again' }).waitFor();
    await eventually('it no longer asks', async () => !(await asks()));
    await eventually('the screen may turn off', async () => (await locks()) === 0);
  });

  /** How many audio outputs are created during the press. */
  const pressAgain = () =>
    page.evaluate(() => {
      const before = window.vigil.contexts.length;
      document
        .querySelector('sip-call')
        ?.shadowRoot?.querySelector<HTMLElement>('[part=call-again]')
        ?.click();
      return window.vigil.contexts.length - before;
    });

  it('opens its sound during the gesture in Apple’s browsers, elsewhere when it is needed', async () => {
    assert.equal(await pressAgain(), 0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Call again' }).waitFor();

    await page.evaluate(() =>
      Object.defineProperty(navigator, 'vendor', { get: () => 'Apple Computer, Inc.' }),
    );
    assert.equal(await pressAgain(), 1);
    await page.waitForFunction(() => window.vigil.contexts.at(-1)?.state === 'running');
  });
});
