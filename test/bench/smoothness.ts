// What a slow machine feels of the widget: tasks that hold the page up, from its load until people talk, and what has
// been fetched by then. Each task by the clock, which other programs of the machine lengthen, and by what it costs the
// processor, which they do not.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type CDPSession, chromium, type Page } from 'playwright-core';
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
    await page.goto('about:blank');
    const loading = await tasksDuring(session, async () => {
      await page.goto(`${demo.url}/director.html`, { waitUntil: 'networkidle' });
    });
    const before = await fetched(page);
    const button = page.locator('sip-call').first().getByRole('button').first();
    const calling = await tasksDuring(session, async () => {
      await button.hover();
      await button.click();
      await page.locator('sip-call[state=in-call]').waitFor();
    });
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

/** Milliseconds, by the clock and of the processor. */
interface Task {
  readonly wall: number;
  readonly cpu: number;
}

/** What Chromium traces; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Tasks of the page's main thread while `work` is done. */
async function tasksDuring(session: CDPSession, work: () => Promise<void>): Promise<Task[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: object[] }) => events.push(...(value as TraceEvent[]));
  session.on('Tracing.dataCollected', collect);
  const categories = ['toplevel', 'disabled-by-default-devtools.timeline'];
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: categories },
  });
  await work();
  const complete = new Promise(resolve => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return events
    .filter(({ name, pid, tid }) => name === 'RunTask' && main.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, cpu: tdur / 1000 }));
}

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

function longest(tasks: readonly Task[]): Pick<Figure, 'value' | 'aim'> {
  const wall = Math.max(0, ...tasks.map(task => task.wall));
  const cpu = Math.max(0, ...tasks.map(task => task.cpu));
  return {
    value: `${cpu.toFixed(0)} ms of the processor, ${wall.toFixed(0)} ms by the clock`,
    aim: atMost(cpu, 50, 'ms'),
  };
}

function weight(paths: readonly string[]): Pick<Figure, 'value' | 'aim'> {
  const bytes = paths.map(path => gzipSync(readFileSync(folder + path), { level: 9 }).length);
  const total = bytes.reduce((sum, size) => sum + size, 0) / 1000;
  return { value: `${paths.length} files, gzip ${total.toFixed(1)} kB`, aim: atMost(total, 72, 'kB gzip') };
}
