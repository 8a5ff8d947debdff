// What a page does for a call that it has: it asks before it is left, keeps the screen awake, and may sound.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

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

  it('asks before it is left, keeps awake and may sound, until the call is over', async () => {
    assert.equal(await asks(), false);
    await page.getByRole('button', { name: /^Call / }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await page.waitForFunction(() => window.vigil.locks === 1);
    assert.equal(await asks(), true);
    assert.equal(await page.evaluate(() => window.vigil.contexts[0]?.state), 'running');

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Call again' }).waitFor();
    assert.equal(await asks(), false);
    assert.equal(await locks(), 0);
  });

  /** How many ways to sound there are more right after the press, and a little later. */
  const pressAgain = () =>
    page.evaluate(async () => {
      const { contexts } = window.vigil;
      const before = contexts.length;
      document.querySelector('sip-call')?.shadowRoot?.querySelector<HTMLElement>('[part=again]')?.click();
      const atOnce = contexts.length - before;
      await new Promise(resolve => setTimeout(resolve, 50));
      return [atOnce, contexts.length - before];
    });

  it('opens its sound right after the gesture, and in it where only that counts', async () => {
    assert.deepEqual(await pressAgain(), [0, 1]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Call again' }).waitFor();

    await page.evaluate(() =>
      Object.defineProperty(navigator, 'vendor', { get: () => 'Apple Computer, Inc.' }),
    );
    assert.deepEqual(await pressAgain(), [1, 1]);
  });
});
