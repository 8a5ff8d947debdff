// What a page can use beyond its elements: callable links, settings for all elements, a decision before each call.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

const script = '<script type="module" src="/sip-call.js"></script>';

describe('a page', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  /** The pages' console messages. */
  const said: string[] = [];

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

  async function open(body: string): Promise<Page> {
    const context = await browser.newContext({ permissions: ['microphone', 'camera'], locale: 'en-US' });
    const page = await context.newPage();
    page.on('console', message => said.push(message.text()));
    await page.goto(site.show(`<!doctype html><html lang="en"><title>Mysite</title>${body}`));
    return page;
  }

  const calling = (page: Page) =>
    page.locator('sip-call[state=calling], sip-call[state=preparing]').waitFor();

  describe('with data-upgrade-links', () => {
    const upgrading = '<script type="module" src="/sip-call.js?v=1" data-upgrade-links></script>';
    const link = '<p>Ask <a href="sip:director@mysite.test;transport=tcp">our director</a>.</p>';

    it('shows a call beside a clicked sip: link, and returns the focus at the end', async () => {
      const page = await open(`${upgrading}${link}`);
      await page.getByRole('link').hover();
      await eventually('the code is loaded on intent', () =>
        page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /call-/.test(name))),
      );
      assert.equal(await page.locator('sip-call').count(), 0);
      await page.getByRole('link').click();
      await calling(page);
      await page.locator('a + sip-call').waitFor();
      assert.match(await page.getByRole('group').first().innerText(), /director@mysite\.test/);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.locator('sip-call').waitFor({ state: 'hidden' });
      assert.equal(await page.evaluate(() => document.activeElement?.localName), 'a');
      await page.getByRole('link').press('Enter');
      await calling(page);
      assert.equal(await page.locator('sip-call').count(), 1);
    });

    it('handles links that are added later, also in shadow roots', async () => {
      const page = await open(`${upgrading}<div id="later"></div>`);
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => /page-/.test(name)),
      );
      await page.evaluate(() => {
        const root = document.querySelector('#later')!.attachShadow({ mode: 'open' });
        root.innerHTML = '<a href="sip:%61lex@mysite.test"><b>Alex</b></a>';
      });
      await page.getByText('Alex').click();
      await calling(page);
      assert.match(await page.getByRole('group').first().innerText(), /alex@mysite\.test/);
    });

    it('ignores other links and clicks', async () => {
      const page = await open(`${upgrading}
        <a id="room" href="sip:room;x">no person</a> <a id="bad" href="sip:%">broken</a>
        <a id="mine" href="sip:director@mysite.test">mine</a> <a id="plain" href="#there">elsewhere</a>
        <sip-call to="a"><a id="other" href="sip:director@mysite.test">with a telephone program</a></sip-call>`);
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => /page-/.test(name)),
      );
      const left = await page.evaluate(() => {
        document.querySelector('#mine')!.addEventListener('click', event => event.preventDefault());
        const left: string[] = [];
        window.addEventListener('click', event => {
          if (!event.defaultPrevented || (event.target as Element).id === 'mine')
            left.push((event.target as Element).id);
          event.preventDefault();
        });
        for (const link of document.querySelectorAll('a')) link.click();
        const modified = { bubbles: true, cancelable: true, ctrlKey: true };
        document.querySelector('#mine')!.dispatchEvent(new MouseEvent('click', modified));
        return left;
      });
      assert.deepEqual(left, ['room', 'bad', 'mine', 'plain', 'other', 'mine']);
      assert.equal(await page.locator('sip-call').count(), 1);
    });

    it('has normal links without the attribute', async () => {
      const page = await open(`${script}${link}<sip-call to="a@b.ru"></sip-call>`);
      await page.locator('sip-call[state=idle]').waitFor();
      assert.equal(
        await page.evaluate(() =>
          performance.getEntriesByType('resource').some(({ name }) => /page-/.test(name)),
        ),
        false,
      );
    });
  });

  describe('with settings', () => {
    const settings = `<script>sipCall = {
      theme: 'dark', gateway: 'https://calls.mysite.test', video: true, collor: 'red',
      words: { call: 'Ring', cancel: 'Never mind', ru: { call: 'Звонок' } },
    }</script>`;
    const elements = `<sip-call id="plain" to="a@mysite.test"></sip-call>
      <sip-call id="own" to="a@mysite.test" theme="light" lang="ru" gateway="https://own.mysite.test"></sip-call>`;
    const applied = (page: Page) =>
      page.evaluate(() =>
        Object.fromEntries(
          [...document.querySelectorAll<HTMLElement & Record<string, unknown>>('sip-call')].map(element => [
            element.id,
            [element.theme, element.gateway, element.video],
          ]),
        ),
      );

    it('applies them to every element without its own value, from the first paint', async () => {
      const page = await open(`${settings}${script}${elements}`);
      await page.getByRole('button', { name: 'Ring a@mysite.test' }).waitFor();
      await page.getByRole('button', { name: 'Звонок a@mysite.test' }).waitFor();
      assert.deepEqual(await applied(page), {
        plain: ['dark', 'https://calls.mysite.test', true],
        own: ['light', 'https://own.mysite.test', true],
      });
    });

    it('reports what is wrong with them', async () => {
      await open(`${settings}${script}${elements}`);
      await eventually('the console reports it', () =>
        said.some(line => /^sipCall: there is no setting "collor"; there are to, /.test(line)),
      );
    });

    it('can change them later, during a call', async () => {
      const page = await open(`${settings}${script}${elements}`);
      await page.locator('#plain').evaluate(async element => {
        const report = (element as unknown as Record<symbol, (event: object) => Promise<void>>)[
          Symbol.for('sip-call.report')
        ]!.bind(element);
        await report({ type: 'requested' });
        await report({ type: 'invited' });
      });
      await page.getByRole('button', { name: 'Never mind' }).waitFor();
      await page.evaluate(() => {
        const SipCall = customElements.get('sip-call') as typeof HTMLElement & {
          configure(given: object): void;
        };
        SipCall.configure({ theme: 'auto', words: { cancel: 'Stop it' } });
      });
      await page.getByRole('button', { name: 'Stop it' }).waitFor();
      assert.deepEqual(await applied(page), {
        plain: ['auto', 'https://calls.mysite.test', true],
        own: ['light', 'https://own.mysite.test', true],
      });
    });
  });

  it('gets an event before each call, and can prevent it', async () => {
    const page = await open(`${script}<sip-call to="sip:director@mysite.test" video></sip-call>`);
    await page.evaluate(() => {
      const received: unknown[] = [];
      Object.assign(window, { received });
      document.addEventListener('sip-call-request', event => {
        received.push(event.detail);
        if (received.length === 1) event.preventDefault();
      });
      document.addEventListener('sip-call-state', event => {
        event.preventDefault();
        received.push(event.detail.state);
      });
    });
    const received = () => page.evaluate(() => (window as never as { received: unknown[] }).received);
    const detail = { to: 'director@mysite.test', video: true };
    await page.getByRole('button', { name: /^Call / }).click();
    assert.deepEqual(await received(), [detail]);
    assert.equal(await page.locator('sip-call').getAttribute('state'), 'idle');
    await page.getByRole('button', { name: /^Call / }).click();
    await calling(page);
    assert.deepEqual((await received()).slice(0, 3), [detail, detail, 'preparing']);
  });
});
