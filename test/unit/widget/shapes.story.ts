// Each shape as a page writes it and as a visitor sees it, in a real browser without a gateway.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

const rang = [{ type: 'requested' }, { type: 'invited' }, { type: 'rang', earlyMedia: false }];

describe('the shapes', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let page: Page;

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

  /** A page with `html` and the script, in a window of this size. */
  async function show(html: string, width = 1000, height = 700): Promise<void> {
    await page?.context().close();
    page = await browser.newPage({
      viewport: { width, height },
      reducedMotion: 'reduce',
      permissions: ['microphone'],
      locale: 'en-US',
    });
    await page.clock.install();
    const script = '<script type="module" src="/sip-call.js"></script>';
    await page.goto(site.show(`<!doctype html><html lang="en">${script}<body>${html}`));
    await page.evaluate(() => customElements.whenDefined('sip-call').then(() => {}));
  }

  /** Reports events to the element, as the gallery does. */
  async function tell(facts: readonly object[]): Promise<void> {
    await page.evaluate(async events => {
      const element = document.querySelector('sip-call') as unknown as Record<
        symbol,
        (fact: object) => unknown
      >;
      for (const event of events) await element[Symbol.for('sip-call.report')]?.(event);
    }, facts);
  }

  /** The position of this part in the window, once it is visible. */
  async function place(part: string) {
    const shown = page.locator(`sip-call [part~=${part}]`);
    await shown.waitFor();
    const box = await shown.boundingBox();
    assert.ok(box, `${part} is not to be seen`);
    const { width, height } = page.viewportSize()!;
    return { ...box, right: width - box.x - box.width, bottom: height - box.y - box.height };
  }

  const callButton = () => page.locator('sip-call [part=button]');

  describe('in its own language', () => {
    /** The order of the icon, the label, the sound check and the page's own link, from left to right. */
    async function order(page_: string, lang: string): Promise<string[]> {
      await show(`<sip-call to="director@mysite.test" lang="${lang}"><a href="/">Write</a></sip-call>`);
      await page.evaluate(dir => document.documentElement.setAttribute('dir', dir), page_);
      await tell([{ type: 'requested' }, { type: 'ended', reason: 'failed', at: 0 }]);
      const ways = await page.locator('sip-call > a').evaluate(link => getComputedStyle(link).direction);
      await tell([{ type: 'dismissed' }]);
      const parts = await page
        .locator('sip-call')
        .evaluate(element =>
          [
            ...(element.shadowRoot?.querySelectorAll(
              '.button svg, .button [part=label], .sound-check-toggle',
            ) ?? []),
          ]
            .sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)
            .map(part => part.getAttribute('part') ?? part.localName),
        );
      return [...parts, ways];
    }

    it('is left-to-right on a right-to-left page, and does not change the page’s own text', async () => {
      assert.deepEqual(await order('rtl', 'en'), ['svg', 'label', 'sound-check-toggle', 'rtl']);
    });

    it('is right-to-left on a left-to-right page', async () => {
      assert.deepEqual(await order('ltr', 'ar'), ['sound-check-toggle', 'label', 'svg', 'ltr']);
    });

    it('keeps the sound check beside a button with more than one line of text', async () => {
      await show(
        '<div style="width:280px"><sip-call to="director@mysite.test"><span slot="label">Talk to whoever is at the front desk today</span></sip-call></div>',
      );
      await callButton().waitFor();
      const [button, check] = [await place('button'), await place('sound-check-toggle')];
      assert.ok(button.height > 60, 'the label fits one line');
      assert.ok(
        check.x >= button.x + button.width && check.x + check.width <= 8 + 280,
        JSON.stringify(check),
      );
      assert.ok(Math.abs(check.y + check.height / 2 - button.y - button.height / 2) < 1);
    });
  });

  describe('floating', () => {
    it('is in the corner where lines end, in either direction, or in the one of its attribute', async () => {
      await show('<sip-call to="director@mysite.test" shape="floating"></sip-call>');
      await callButton().waitFor();
      assert.ok((await place('button')).right < 24 && (await place('button')).bottom < 24);
      await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
      assert.ok((await place('button')).x < 24);
      await page.evaluate(() => document.querySelector('sip-call')?.setAttribute('corner', 'top-right'));
      assert.ok((await place('button')).right < 24 && (await place('button')).y < 24);
    });

    it('takes no space in the page', async () => {
      await show('<sip-call to="director@mysite.test" shape="floating"></sip-call>');
      await callButton().waitFor();
      assert.equal(await page.evaluate(() => document.body.getBoundingClientRect().height), 0);
    });

    it('appears after its delay, and does not take the focus', async () => {
      await show(
        '<input autofocus><sip-call to="director@mysite.test" shape="floating" delay="3600"></sip-call>',
      );
      await page.waitForFunction(() =>
        document.querySelector('sip-call')?.shadowRoot?.querySelector('.minimize'),
      );
      await page.clock.runFor(3_500_000);
      assert.equal(await callButton().isVisible(), false);
      await page.clock.runFor(100_000);
      await callButton().waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.localName), 'input');
    });

    it('moves aside while it covers the focused element, and can still be reached', async () => {
      await show(
        `<input id="low" style="position:fixed;right:0;bottom:0"><input id="high">
         <sip-call to="director@mysite.test" shape="floating"></sip-call>`,
      );
      await callButton().waitFor();
      await page.locator('#low').focus();
      assert.ok((await place('button')).bottom < 0, 'it covers the input');
      await page.locator('#high').focus();
      assert.ok((await place('button')).bottom > 0);
      await page.locator('#low').focus();
      await callButton().focus();
      assert.ok((await place('button')).bottom > 0, 'it has the focus and is not visible');
    });

    it('can be dismissed, and stays hidden for the visit', async () => {
      await show('<sip-call to="director@mysite.test" shape="floating"></sip-call>');
      await page.getByRole('button', { name: 'Hide the call button' }).click();
      assert.equal(await callButton().isVisible(), false);
      await page.reload();
      await page.waitForFunction(() =>
        document.querySelector('sip-call')?.shadowRoot?.querySelector('.minimize'),
      );
      assert.equal(await callButton().isVisible(), false);
    });

    it('opens inside the window, and can be minimized to one line during a call', async () => {
      await show(
        '<sip-call to="director@mysite.test" shape="floating" corner="top-left"></sip-call>',
        500,
        340,
      );
      await tell([...rang, { type: 'answered', at: Date.now() }]);
      const { x, y, right, bottom, height } = await place('card');
      for (const edge of [x, y, right, bottom]) assert.ok(edge >= 16, `${[x, y, right, bottom]}`);
      await page.getByRole('button', { name: 'Make smaller' }).click();
      assert.ok((await place('card')).height < height / 2);
      await page.getByRole('button', { name: 'Show all' }).click();
      assert.equal((await place('card')).height, height);
      await tell([{ type: 'ended', reason: 'remote-hung-up', at: Date.now() }]);
      await page.getByRole('button', { name: 'Call again' }).waitFor();
    });

    it('is a sheet at the lower edge of a narrow window', async () => {
      await show('<sip-call to="director@mysite.test" shape="floating"></sip-call>', 390, 700);
      await tell(rang);
      for (const corner of ['bottom-right', 'bottom-left']) {
        await page.evaluate(name => document.querySelector('sip-call')?.setAttribute('corner', name), corner);
        const { x, right, bottom } = await place('card');
        assert.deepEqual([x, right, bottom], [0, 0, 0]);
      }
    });
  });

  describe('custom', () => {
    it('calls with the page’s own button, and returns the focus to it', async () => {
      await show('<sip-call to="director@mysite.test" shape="custom"><button>Ring us</button></sip-call>');
      const own = page.getByRole('button', { name: 'Ring us' });
      assert.equal(await callButton().isVisible(), false);
      await own.click();
      const cancel = page.getByRole('button', { name: 'Cancel' });
      await cancel.waitFor();
      assert.equal(await own.isVisible(), false);
      await cancel.and(page.locator(':focus')).waitFor();
      await cancel.click();
      await page.getByRole('button', { name: 'Close' }).click();
      await own.and(page.locator(':focus')).waitFor();
    });
  });

  describe('custom, while the office is closed', () => {
    it('reports that to the page before a press, and to the visitor after it', async () => {
      await show('<sip-call to="director@mysite.test" shape="custom"><button>Ring us</button></sip-call>');
      await page.route('**/status?*', route => route.fulfill({ json: { state: 'closed', fallbacks: [] } }));
      const own = page.getByRole('button', { name: 'Ring us' });
      await own.hover();
      await page.locator('sip-call[availability=closed][availability-text="Closed now"]').waitFor();
      await own.click();
      await page.getByRole('button', { name: 'Call anyway' }).waitFor();
    });
  });

  describe('none', () => {
    it('draws nothing, and the page controls and observes it', async () => {
      await show('<sip-call to="director@mysite.test" shape="none">Nothing</sip-call>');
      const states = await page.evaluate(async () => {
        const element = document.querySelector('sip-call') as unknown as HTMLElement & {
          call(): Promise<void>;
          hangUp(): void;
        };
        const seen: unknown[] = [];
        element.addEventListener('sip-call-state', event => seen.push((event as CustomEvent).detail.state));
        await element.call();
        const { width, height } = element.getBoundingClientRect();
        element.hangUp();
        return [...seen, width, height];
      });
      assert.deepEqual(states, ['preparing', 'ended', 0, 0]);
      assert.equal(await page.locator('sip-call [role=status]').textContent(), 'Call cancelled');
    });
  });

  describe('popup', () => {
    it('opens the gateway’s page once, with all parameters, and makes no call itself', async () => {
      await show('<sip-call to="director@mysite.test" popup lang="ru" theme="dark"></sip-call>');
      await page.locator('sip-call [title="Откроется в отдельном окне"]').waitFor();
      const popup = page.waitForEvent('popup');
      const requested = page.context().waitForEvent('request', request => request.url().includes('/call?'));
      await callButton().click();
      await popup;
      const { searchParams } = new URL((await requested).url());
      assert.deepEqual(Object.fromEntries(searchParams), {
        to: 'director@mysite.test',
        lang: 'ru',
        theme: 'dark',
        from: page.url(),
      });
      await callButton().click();
      assert.equal(page.context().pages().length, 2);
      assert.equal(await page.locator('sip-call').getAttribute('state'), 'idle');
    });
  });

  describe('card', () => {
    it('shows the person, from attributes or from slots', async () => {
      await show(
        `<sip-call to="director@mysite.test" shape="card" name="Anna Petrova" job="Director">
           <b slot="job">Founder</b></sip-call>`,
      );
      await page.getByText('Anna Petrova').waitFor();
      assert.equal(await page.getByText('AP', { exact: true }).isVisible(), true);
      assert.equal(await page.getByText('Director', { exact: true }).isVisible(), false);
      assert.equal(await page.getByText('Founder').isVisible(), true);
      await page.evaluate(() => document.querySelector('sip-call')?.setAttribute('name', '<i>Boris</i>'));
      await page.getByText('<i>Boris</i>').waitFor();
    });
  });

  describe('page', () => {
    it('fills the window, with its button in the middle', async () => {
      await show(
        '<style>body{margin:0}</style><sip-call to="director@mysite.test" shape="page"></sip-call>',
        390,
        700,
      );
      await callButton().waitFor();
      const { x, right, height } = await place('button');
      assert.ok(Math.abs(x - right) < 1);
      assert.ok(height >= 64);
      assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), 700);
    });
  });
});
