// The widget under strict policies, as docs/embedding.md documents them: a Content-Security-Policy that allows only the
// gateway, Trusted Types, isolation from other origins, a sandbox.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type FrameLocator, type Page } from 'playwright-core';
import { type Company, startCompany } from '../../support/company.ts';
import { eventually } from '../../support/eventually.ts';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';
import { run } from '../../support/peer-process.ts';
import { repository } from '../../support/repository.ts';

const documented = /```\n(Content-Security-Policy: [\s\S]*?)```/.exec(
  readFileSync(`${repository}docs/embedding.md`, 'utf8'),
)?.[1];

describe('a page with strict policies', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let company: Company;
  /** As documented, except for the gateway's address and the report URL. */
  let headers: Record<string, string>;

  before(async () => {
    site = await startGallerySite();
    // Proof of work needs no other permission.
    company = await startCompany(['*'], undefined, { tokens: { proofOfWork: 'always' } });
    const { host } = new URL(company.gateway.url);
    headers = Object.fromEntries(
      (documented ?? '')
        .replaceAll('https://call.mysite.ru', company.gateway.url)
        .replaceAll('wss://call.mysite.ru', `ws://${host}`)
        .split(/\n(?! )/)
        .filter(Boolean)
        .map(line => line.replace(/\s+/g, ' ').split(/: (.*)/) as [string, string]),
    );
    headers['Content-Security-Policy'] += '; report-uri /reports';
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

  /** `reports` are violations of the policy, as the browser sends them to the server and to the page. */
  async function open(url: string): Promise<{ page: Page; reports: string[] }> {
    const context = await browser.newContext({ permissions: ['microphone'], locale: 'en-US' });
    const page = await context.newPage();
    const reports: string[] = [];
    page.on('request', request => {
      if (new URL(request.url()).pathname === '/reports') reports.push(request.postData() ?? '');
    });
    page.on('console', message => {
      if (/policy|trusted/i.test(message.text())) reports.push(message.text());
    });
    await page.goto(url);
    return { page, reports };
  }

  const card = () => `<!doctype html><html lang="en"><title>A careful page</title>
    <script type="module" src="${company.gateway.url}/sip-call.js" data-upgrade-links></script>
    <sip-call to="director@mysite.test"></sip-call>`;

  async function callThrough(place: Page | FrameLocator): Promise<void> {
    const state = (name: string) => place.locator(`sip-call[state=${name}]`).waitFor();
    await place.getByRole('button', { name: /^Call / }).click();
    await state('in-call');
    await place.getByRole('button', { name: 'Keypad' }).click();
    await place.getByRole('button', { name: /^5/ }).click();
    await place.getByRole('button', { name: 'Devices' }).click();
    await place.getByRole('button', { name: 'Mute' }).click();
    await place.getByRole('button', { name: 'Hang up' }).click();
    await state('ended');
  }

  it('is documented', () => {
    const names = ['Content-Security-Policy', 'Cross-Origin-Embedder-Policy', 'Cross-Origin-Opener-Policy'];
    assert.deepEqual(Object.keys(headers), [...names, 'Permissions-Policy']);
  });

  it('reports violations', async () => {
    const { reports } = await open(site.show(`${card()}<script>document.title = 'x'</script>`, headers));
    await eventually('the violation is reported', () => reports.some(report => report.includes('inline')));
  });

  it('has a whole call without a breach, isolated from other origins', async () => {
    const { page, reports } = await open(site.show(card(), headers));
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await callThrough(page);
    assert.deepEqual(reports, []);
  });

  it('has every state of the element without a violation', async () => {
    const gallery = readFileSync(`${repository}demo-site/pages/gallery.html`, 'utf8')
      .replaceAll('{{gateway}}', company.gateway.url)
      .replace('<head>', '<head><base href="/">');
    // The gallery itself writes markup; the calls test Trusted Types.
    const policy = headers['Content-Security-Policy']?.replace(/require-trusted-types-for[^;]*;/, '') ?? '';
    const { page, reports } = await open(
      site.show(gallery, { ...headers, 'Content-Security-Policy': policy }),
    );
    await page.locator('main[data-drawn]').waitFor({ timeout: 120_000 });
    assert.ok((await page.locator('sip-call').count()) > 30);
    assert.deepEqual(reports, []);
  });

  it('accepts the pinned script with fingerprints of all its chunks, and no changed one', async () => {
    const program = [`${repository}dist/gateway/main.js`, 'snippet', 'director@mysite.test', '--chunks'];
    const tags = await run(process.execPath, [...program, '--gateway', company.gateway.url]);
    const hash = /'sha256-[^']+'/.exec(tags)?.[0] ?? '';
    const policy = (headers['Content-Security-Policy'] ?? '').replace(
      "script-src 'self'",
      `script-src ${hash} 'self'`,
    );
    const show = (html: string) =>
      site.show(`<!doctype html><html lang="en"><title>Pinned</title>${html}`, {
        ...headers,
        'Content-Security-Policy': policy,
      });
    const { page, reports } = await open(show(tags));
    await callThrough(page);
    assert.deepEqual(reports, []);

    const { page: other } = await open(
      show(tags.replace(/integrity="sha384-..../, 'integrity="sha384-AAAA')),
    );
    await other.locator('sip-call').waitFor({ state: 'attached' });
    assert.equal(await other.evaluate(() => customElements.get('sip-call') === undefined), true);
  });

  it('can call from a sandboxed frame of another origin that may use the microphone', async () => {
    const inner = site
      .show(card(), { ...headers, 'Permissions-Policy': '' })
      .replace('127.0.0.1', 'localhost');
    const frame = `<iframe src="${inner}" sandbox="allow-scripts allow-same-origin" allow="microphone; screen-wake-lock"></iframe>`;
    const { page, reports } = await open(site.show(`<!doctype html><title>Around it</title>${frame}`));
    await callThrough(page.frameLocator('iframe'));
    assert.deepEqual(reports, []);
  });

  it('shows a text when its frame may not use the microphone', async () => {
    const frame = `<iframe src="${site.show(card())}" sandbox="allow-scripts"></iframe>`;
    const { page } = await open(site.show(`<!doctype html><title>Around it</title>${frame}`));
    const place = page.frameLocator('iframe');
    await place.getByRole('button', { name: /^Call / }).click();
    await place.locator('sip-call[state=failed]').waitFor();
    await place.getByText(/^This page may not use a microphone$/).waitFor();
  });
});
