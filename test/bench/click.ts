// The time from the click to the INVITE on the wire, in a real browser, with the timing of a human hand on
// the button. Also the minimum for any page on this browser and machine, measured in the same minute.

import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { programPath } from '../support/parts.ts';
import { startDemo } from './demo-process.ts';
import { atMost, type Figure, percentile, spread } from './figure.ts';

/** Milliseconds that a person's mouse is over a button before the press. */
export const POINTING = 200;
/** Milliseconds that a person's mouse button, or finger, stays down. */
export const PRESSING = 80;
const CLICKS = 20;
const PATIENCE_MS = 10_000;
/** Milliseconds that a page is idle before the pointer reaches its button. */
const REST = 800;
const FLAGS = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Clicks the director's button on the demo's page repeatedly, each time in a new page. */
export async function benchClick(): Promise<Figure[]> {
  const executablePath = programPath('chromium');
  if (!executablePath) return [{ name: 'click to INVITE', value: 'not measured: Chromium is not installed' }];
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const context = await browser.newContext({ permissions: ['microphone'] });
    // Outgoing messages are observed at the WebSocket.
    await context.addInitScript(() => {
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        if (String(data).startsWith('INVITE')) performance.mark('invite');
        send.call(this, data);
      };
      addEventListener('click', () => performance.mark('click'), { capture: true });
    });
    const byHand: number[] = [];
    const byFinger: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < CLICKS; round++) {
      byHand.push(await calling(context, `${demo.url}/director.html`, POINTING));
      byFinger.push(await calling(context, `${demo.url}/director.html`, undefined));
      bare.push(await offering(context, demo.url));
    }
    const median = percentile(byHand, 0.5);
    const least = percentile(bare, 0.5);
    return [
      {
        name: 'click to INVITE, permission granted, by mouse',
        value: spread(byHand),
        aim: atMost(median, 100, 'ms median'),
      },
      { name: 'the same by touch: without pointing before', value: spread(byFinger) },
      {
        name: 'a minimal page: microphone, connection, offer',
        value: `${spread(bare)}, widget by mouse ${(median / least).toFixed(2)} times that`,
      },
      { name: 'first click of a browser', value: `${byHand[0]?.toFixed(2)} ms` },
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
}

/**
 * One visit; `pointing`: milliseconds that the mouse is on the button before the click, if there is a mouse.
 */
async function calling(context: BrowserContext, url: string, pointing: number | undefined): Promise<number> {
  const tab = await context.newPage();
  await tab.goto(url);
  await pause(REST);
  const button = tab.locator('sip-call').first().getByRole('button').first();
  if (pointing !== undefined) {
    await button.hover();
    await pause(pointing);
    await tab.mouse.down();
    await pause(PRESSING);
    await tab.mouse.up();
  } else {
    await touch(tab, await button.boundingBox());
  }
  const done = () => performance.getEntriesByName('invite').length > 0;
  await tab.waitForFunction(done, undefined, { timeout: PATIENCE_MS });
  const took = await tab.evaluate(() => {
    const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN;
    return at('invite') - at('click');
  });
  await tab.close();
  return took;
}

async function touch(tab: Page, box: { x: number; y: number; width: number; height: number } | null) {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const place = { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [place] });
  await pause(PRESSING);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** The unavoidable steps, one after the other, in an otherwise empty page. */
async function offering(context: BrowserContext, url: string): Promise<number> {
  const tab = await context.newPage();
  await tab.route(`${url}/bare.html`, route =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Bare</title>' }),
  );
  await tab.goto(`${url}/bare.html`);
  await pause(REST);
  const took = await tab.evaluate(async () => {
    const began = performance.now();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const connection = new RTCPeerConnection();
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    await connection.setLocalDescription(await connection.createOffer());
    return performance.now() - began;
  });
  await tab.close();
  return took;
}
