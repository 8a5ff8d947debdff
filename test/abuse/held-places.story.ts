// A visitor answers the browser's microphone prompt after several minutes. The gateway has closed the WebSocket meanwhile,
// because it made no call; the visitor does not notice, and the call is made.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BrowserPage } from '../support/browser-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { partsMissing } from '../support/parts.ts';
import { startDeserted } from '../support/signalling-gateway.ts';
import { TestSite } from '../support/test-site.ts';

declare global {
  interface Window {
    /** Answers the question. */
    answerQuestion: (() => void) | undefined;
  }
}

describe('a question that is answered late', { skip: partsMissing() }, () => {
  let page: BrowserPage;
  let site: TestSite;

  before(async () => {
    [page, site] = await Promise.all([launchChromium(440), TestSite.start('127.0.0.4')]);
  });
  after(async () => {
    await page?.close();
    await site?.stop();
  });

  for (const asked of ['prompt', 'granted'] as const) {
    test(`the call is made when the gateway has closed its WebSocket meanwhile (${asked})`, {
      timeout: 120_000,
    }, async context => {
      let now = 0;
      const scene = await startDeserted(context, {
        site: { tokens: undefined, origins: [site.origin] },
        now: () => now,
      });
      const visitors = async () => Number((await scene.gateway.health()).visitors);
      const attributes = { to: 'director@mysite.test' };
      const permission = asked === 'prompt' ? ([] as const) : (['microphone'] as const);
      await page.open(site.urlOf({ gateway: scene.gateway.url, attributes }), permission);
      await page.evaluate(holdTheQuestion);
      await page.clickButton(/^Call /);
      await eventually('the page has connected', async () => (await visitors()) === 1);
      await eventually('the question is open', () => page.evaluate(() => Boolean(window.answerQuestion)));
      // Longer than any page keeps a WebSocket without a call.
      now += 181_000;
      await eventually('it is closed', async () => (await visitors()) === 0);
      assert.equal(await page.evaluate(stateOfWidget), 'preparing');
      await page.evaluate(() => window.answerQuestion?.());
      await scene.pbxs[0]!.request('INVITE');
      assert.match(await page.evaluate(stateOfWidget), /^(?:preparing|calling)$/);
      assert.equal(await visitors(), 1);
    });
  }
});

/** Runs in the page: the microphone prompt stays open. */
function holdTheQuestion() {
  const { mediaDevices } = navigator;
  mediaDevices.getUserMedia = async () => {
    await new Promise<void>(resolve => {
      window.answerQuestion = resolve;
    });
    // The page has no permission: a tone replaces the microphone.
    return new AudioContext().createMediaStreamDestination().stream;
  };
}

/** Runs in the page. */
function stateOfWidget(): string {
  return document.querySelector('sip-call')?.getAttribute('state') ?? '';
}
