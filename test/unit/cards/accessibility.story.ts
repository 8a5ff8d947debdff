// Accessibility of the gateway's own pages in different color schemes and window sizes: axe finds nothing, and nothing
// scrolls horizontally.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium } from 'playwright-core';
import { configFrom } from '../../../gateway/config/load.ts';
import { callPageRoute } from '../../../gateway/http/call-page.ts';
import { cardRoute } from '../../../gateway/http/card-pages.ts';
import { type HttpServer, startHttp } from '../../../gateway/http/server.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const short = {
  user: 'director',
  name: 'Anna Petrova',
  title: 'Director',
  mail: 'anna@mysite.test',
  phone: '+7 800 200-00-00',
};
const long = {
  user: 'customer.relations.and.returns',
  name: 'Customer Relations and Returns',
  mail: 'customer.relations.and.returns@headquarters.mysite.test',
};

describe("the gateway's pages", { skip: partsMissing() }, () => {
  let http: HttpServer;
  let browser: Browser;

  before(async () => {
    const config = configFrom({
      listen: '127.0.0.1:0',
      sites: [{ domain: 'mysite.test', origins: ['*'], callable: [short, long, '101'] }],
    });
    http = await startHttp(config, [callPageRoute(config), cardRoute(config)]);
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium' });
  });
  after(async () => {
    await browser?.close();
    await http?.close();
  });

  for (const path of [
    `/call?to=${short.user}@mysite.test`,
    `/call?to=101@mysite.test`,
    `/card/${long.user}@mysite.test`,
    `/card/${short.user}@mysite.test/signature`,
    `/card/${long.user}@mysite.test/signature`,
  ]) {
    for (const look of [
      { colorScheme: 'light', viewport: { width: 360, height: 640 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    ] as const) {
      it(`${path}, ${look.colorScheme}, ${look.viewport.width} px wide`, async () => {
        // For axe only, which is not a script of the page.
        const page = await browser.newPage({ ...look, bypassCSP: true, reducedMotion: 'reduce' });
        await page.goto(http.url + path);
        // Card shapes are loaded later.
        await page.getByRole('heading', { level: 1 }).waitFor();
        const sideways = await page.evaluate(() =>
          [document.documentElement, ...document.body.querySelectorAll('*')]
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
            .map(({ tagName, className }) => `${tagName} ${className}`),
        );
        assert.deepEqual(sideways, []);
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(
          async () =>
            (await (window as unknown as { axe: typeof import('axe-core') }).axe.run()) as AxeResults,
        );
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
        );
        assert.deepEqual(found, []);
        assert.ok(passes.length > 10, `axe looked at ${passes.length} rules only`);
        await page.close();
      });
    }
  }
});
