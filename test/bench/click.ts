// From the click to the INVITE on the wire, in a real browser.

import { chromium } from 'playwright-core';
import { programPath } from '../support/parts.ts';
import { startDemo } from './demo-process.ts';
import { atMost, type Figure, percentile, spread } from './figure.ts';

const CLICKS = 20;
const FLAGS = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Clicks the director's button on the demo's page again and again; the first one is cold. */
export async function benchClick(): Promise<Figure[]> {
  const executablePath = programPath('chromium');
  if (!executablePath) return [{ name: 'click to INVITE', value: 'not measured: Chromium is not installed' }];
  const demo = await startDemo();
  const page = `${demo.url}/director.html`;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const context = await browser.newContext({ permissions: ['microphone'] });
    // What leaves the page is seen where it leaves: at the WebSocket.
    await context.addInitScript(() => {
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        if (String(data).startsWith('INVITE')) performance.mark('invite');
        send.call(this, data);
      };
      addEventListener('click', () => performance.mark('click'), { capture: true });
    });
    const times: number[] = [];
    for (let round = 0; round < CLICKS; round++) {
      const tab = await context.newPage();
      await tab.goto(page);
      const button = tab.locator('sip-call').first().getByRole('button').first();
      await button.hover();
      await button.click();
      await tab.waitForFunction(() => performance.getEntriesByName('invite').length > 0, undefined, {
        timeout: 10_000,
      });
      times.push(
        await tab.evaluate(() => {
          const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN;
          return at('invite') - at('click');
        }),
      );
      await tab.close();
    }
    const median = percentile(times, 0.5);
    return [
      {
        name: 'click to INVITE, permission given',
        value: spread(times),
        aim: atMost(median, 100, 'ms median'),
      },
      { name: 'first click of a visit', value: `${times[0]?.toFixed(2)} ms` },
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
}
