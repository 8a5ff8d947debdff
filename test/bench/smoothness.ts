// What a slow machine feels of the widget: tasks that hold the page up, from its load until the telephone rings, and
// what has been fetched by then.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import { programPath } from '../support/parts.ts';
import { startDemo } from './demo-process.ts';
import { atMost, type Figure } from './figure.ts';

/** As Lighthouse slows a desktop down to a mid-range telephone. */
const SLOWER = 4;
const FLAGS = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const folder = fileURLToPath(new URL('../../public', import.meta.url));

export async function benchSmoothness(): Promise<Figure[]> {
  const executablePath = programPath('chromium');
  if (!executablePath) return [{ name: 'long tasks', value: 'not measured: Chromium is not installed' }];
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage({ permissions: ['microphone'] });
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.addInitScript(() => {
      const tasks: number[] = [];
      Object.assign(window, { longTasks: tasks });
      new PerformanceObserver(list => {
        for (const { duration } of list.getEntries()) tasks.push(duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await page.goto(`${demo.url}/director.html`, { waitUntil: 'networkidle' });
    const before = await fetched(page);
    const loading = await longTasks(page);
    const button = page.locator('sip-call').first().getByRole('button').first();
    await button.hover();
    await button.click();
    await page.locator('sip-call[state=in-call]').waitFor();
    const calling = (await longTasks(page)).slice(loading.length);
    const after = await fetched(page);
    return [
      { name: `longest task while loading, ${SLOWER} times slower`, ...longest(loading) },
      { name: `longest task from pointing to talking, ${SLOWER} times slower`, ...longest(calling) },
      { name: 'fetched before anybody shows intent', value: before.join(', ') },
      { name: 'fetched in all, with a call', ...weight(after) },
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
}

const longTasks = (page: Page) =>
  page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);

/** Files of the gateway, by their path there. */
async function fetched(page: Page): Promise<string[]> {
  const names = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name))
      .filter(({ origin, pathname }) => origin !== location.origin && pathname.endsWith('.js'))
      .map(({ pathname }) => pathname),
  );
  return [...new Set(names)];
}

function longest(tasks: readonly number[]): Pick<Figure, 'value' | 'aim'> {
  // Browsers report none of 50 ms or less.
  const most = Math.max(50, ...tasks);
  return { value: tasks.length === 0 ? 'under 50 ms' : `${most.toFixed(0)} ms`, aim: atMost(most, 50, 'ms') };
}

function weight(paths: readonly string[]): Pick<Figure, 'value' | 'aim'> {
  const bytes = paths.map(path => gzipSync(readFileSync(folder + path), { level: 9 }).length);
  const total = bytes.reduce((sum, size) => sum + size, 0) / 1000;
  return { value: `${paths.length} files, gzip ${total.toFixed(1)} kB`, aim: atMost(total, 72, 'kB gzip') };
}
