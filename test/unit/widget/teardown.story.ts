// An element that is removed from the page leaves nothing behind in any state: no microphone, connection, sound,
// listener or timer, and finally not itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { type Company, startCompany } from '../../support/company.ts';
import { eventually } from '../../support/eventually.ts';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { type Held, keepCount, nothing } from '../../support/held-resources.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

describe('an element that is removed', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let company: Company;

  before(async () => {
    site = await startGallerySite();
    company = await startCompany([site.origin], [23000, 23999]);
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: ['--use-fake-device-for-media-stream'],
    });
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await company?.close();
  });

  async function open(permissions = ['microphone']): Promise<{ page: Page; devtools: CDPSession }> {
    const context = await browser.newContext({ permissions, locale: 'en-US' });
    const page = await context.newPage();
    await page.addInitScript(keepCount);
    const script = `<script type="module" src="${company.gateway.url}/sip-call.js"></script>`;
    await page.goto(site.show(`<!doctype html><html lang="en"><title>A page</title>${script}`));
    return { page, devtools: await context.newCDPSession(page) };
  }

  /** Instances that remain after a garbage collection. */
  async function elementsLeft(devtools: CDPSession): Promise<number> {
    const expression = "customElements.get('sip-call').prototype";
    const { result } = await devtools.send('Runtime.evaluate', { expression, objectGroup: 'left' });
    const { objects } = await devtools.send('Runtime.queryObjects', {
      prototypeObjectId: result.objectId ?? '',
      objectGroup: 'left',
    });
    const { result: length } = await devtools.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      functionDeclaration: 'function () { return this.length; }',
    });
    await devtools.send('Runtime.releaseObjectGroup', { objectGroup: 'left' });
    return length.value;
  }

  /** The last element may still be on the stack, or be the browser's last focused or hovered element. */
  async function leavesNothing(page: Page, devtools: CDPSession, atMost = 1): Promise<void> {
    let held: Held | undefined;
    await eventually(
      'all is given back',
      async () => {
        held = await page.evaluate(() => (window as never as { held(): Held }).held());
        return Object.values(held).every(count => count === 0);
      },
      { within: 60_000 },
    ).catch(() => assert.deepEqual(held, nothing));
    await page.evaluate(() => (window as never as { forget(): void }).forget());
    await eventually('the elements are collected', async () => (await elementsLeft(devtools)) <= atMost);
  }

  for (const [state, to] of [
    ['preparing', 'director'],
    ['calling', 'director'],
    ['ringing', 'director'],
    ['in-call', 'director'],
    ['failed', 'nobody-here'],
  ] as const) {
    it(`while ${state}, releases everything`, async () => {
      const { page, devtools } = await open();
      await page.evaluate(
        ({ state, to }) =>
          new Promise<void>(resolve => {
            const element = document.createElement('sip-call');
            element.to = `${to}@mysite.test`;
            element.addEventListener('sip-call-state', ({ detail }) => {
              if (detail.state !== state) return;
              element.remove();
              resolve();
            });
            document.body.append(element);
            element.call();
          }),
        { state, to },
      );
      await leavesNothing(page, devtools);
      await eventually('the gateway has no call', async () => (await company.gateway.health()).calls === 0);
    });
  }

  it('while it explains how to allow the microphone, is collected', async () => {
    const { page, devtools } = await open([]);
    for (let time = 0; time < 5; time++) {
      await page.evaluate(
        () =>
          new Promise<void>(resolve => {
            const element = document.createElement('sip-call');
            element.to = 'director@mysite.test';
            element.addEventListener('sip-call-state', ({ detail }) => {
              if (detail.state !== 'failed') return;
              element.remove();
              resolve();
            });
            document.body.append(element);
            element.call();
          }),
      );
    }
    await leavesNothing(page, devtools);
  });

  it('while its sound check waits for the microphone to be allowed, is collected', async () => {
    const { page, devtools } = await open([]);
    await page.evaluate(async () => {
      for (let time = 0; time < 5; time++) {
        const element = document.createElement('sip-call');
        element.to = 'director@mysite.test';
        document.body.append(element);
        element.openSettings();
        const press = async (name: string) => {
          for (;;) {
            const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
            const button = buttons.find(({ textContent }) => textContent?.trim() === name);
            if (button) return button.click();
            await new Promise(requestAnimationFrame);
          }
        };
        await press('Test your sound');
        await press('Test again');
        element.remove();
      }
    });
    await leavesNothing(page, devtools);
  });

  it('is collected two hundred times, in every state', async () => {
    const { page, devtools } = await open();
    const cycle = (times: number) =>
      page.evaluate(async times => {
        const report = Symbol.for('sip-call.report');
        const facts = [
          { type: 'requested' },
          { type: 'device-asked' },
          { type: 'invited' },
          { type: 'rang', earlyMedia: false },
          { type: 'answered', at: Date.now() },
          { type: 'judged', quality: 'poor', trouble: 'not-heard' },
          { type: 'ended', reason: 'call-dropped', at: Date.now() },
        ];
        for (let time = 0; time < times; time++) {
          const element = document.createElement('sip-call');
          element.to = 'director@mysite.test';
          document.body.append(element);
          const method = (element as unknown as Record<symbol, (fact: object) => Promise<void>>)[report]!;
          for (const fact of facts.slice(0, 1 + (time % facts.length))) await method.call(element, fact);
          await element.updateComplete;
          element.remove();
        }
      }, times);
    const counted = async () => {
      await leavesNothing(page, devtools);
      await devtools.send('HeapProfiler.collectGarbage');
      const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
      return { nodes, jsEventListeners };
    };
    // The first few load and compile the code.
    await cycle(20);
    const first = await counted();
    await cycle(200);
    const then = await counted();
    // The browser may keep one element with its card.
    assert.ok(then.nodes - first.nodes < 100, `${first.nodes} nodes became ${then.nodes}`);
    assert.ok(
      then.jsEventListeners - first.jsEventListeners < 60,
      `${first.jsEventListeners} listeners became ${then.jsEventListeners}`,
    );
  });
});
