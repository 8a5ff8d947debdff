// The load of the widget on a slow machine: long tasks of the page from its load until the call is up, and
// the files fetched by then. Each task in wall time, which other programs increase, and in CPU time, which
// they do not.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { programPath } from '../support/parts.ts';
import { POINTING, PRESSING } from './click.ts';
import { startDemo } from './demo-process.ts';
import { atMost, type Figure, percentile } from './figure.ts';

/** The factor by which Lighthouse slows a desktop down to a mid-range telephone. */
const SLOWER = 4;
const ROUNDS = 5;
const FLAGS = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  // For a page that the browser gets from a route of the test, Chromium does not know the address space.
  '--disable-features=LocalNetworkAccessChecks',
];
const folder = fileURLToPath(new URL('../../public', import.meta.url));

export async function benchSmoothness(): Promise<Figure[]> {
  const executablePath = programPath('chromium');
  if (!executablePath) return [{ name: 'long tasks', value: 'not measured: Chromium is not installed' }];
  const demo = await startDemo();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const url = `${demo.url}/nothing-else.html`;
    const body = await pageWithNothingElse(`${demo.url}/director.html`);
    const visits: Visit[] = [];
    const plain: (readonly Task[])[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      visits.push(await visit(browser, url, body));
      plain.push(await visitPlain(browser, url));
    }
    const { before, after } = visits[0]!;
    const loading = visits.map(({ loading }) => loading);
    const calling = visits.map(({ calling }) => calling);
    return [
      { name: `longest task while loading, ${SLOWER} times slower`, ...longest(loading) },
      { name: 'the same for a page with a plain button and no script', value: longest(plain).value },
      { name: `longest task from pointing to the call, ${SLOWER} times slower`, ...longest(calling) },
      { name: 'fetched before the first pointing', value: before.join(', ') },
      { name: 'fetched in total, with a call', ...weight(after) },
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
}

/** The element of the demo page and its script only, so that other content is not measured. */
async function pageWithNothingElse(url: string): Promise<string> {
  const html = await (await fetch(url)).text();
  const script = /<script[^>]*sip-call\.js[^>]*><\/script>/.exec(html)?.[0];
  const element = /<sip-call [^>]*>/.exec(html)?.[0];
  return `<!doctype html><html lang="en"><title>Call</title>${script}<p>Call us: ${element}</sip-call></p>`;
}

interface Visit {
  readonly loading: readonly Task[];
  readonly calling: readonly Task[];
  /** The files fetched until the pointer was on the button, and in total. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * A first visit by hand: the mouse is driven by the browser, because a script that presses would be part of
 * the figures.
 */
async function visit(browser: Browser, url: string, body: string): Promise<Visit> {
  const context = await browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.route(url, route => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(url, { waitUntil: 'networkidle' });
  const button = await page.locator('sip-call').getByRole('button').first().boundingBox();
  const place = { x: button!.x + button!.width / 2, y: button!.y + button!.height / 2 };
  const mouse = (type: 'mouseMoved' | 'mousePressed' | 'mouseReleased') =>
    session.send('Input.dispatchMouseEvent', {
      type,
      ...place,
      ...(type !== 'mouseMoved' && { button: 'left', clickCount: 1 }),
    });
  const loading = await load(page, session, url);
  const before = await fetched(page);
  const calling = await tasksDuring(session, async () => {
    await mouse('mouseMoved');
    await pause(POINTING);
    await mouse('mousePressed');
    await pause(PRESSING);
    await mouse('mouseReleased');
    await eventually(
      'the call is up',
      async () => {
        const expression = 'document.querySelector("sip-call").state === "in-call"';
        return (await session.send('Runtime.evaluate', { expression })).result.value;
      },
      { within: 30_000, every: 500 },
    );
  });
  const after = await fetched(page);
  await context.close();
  return { loading, calling, before, after };
}

/** The cost of any page with text. */
async function visitPlain(browser: Browser, url: string): Promise<readonly Task[]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const body = '<!doctype html><html lang="en"><title>Call</title><p>Call us: <button>Call</button></p>';
  await page.route(url, route => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(url, { waitUntil: 'networkidle' });
  const loading = await load(page, session, url);
  await context.close();
  return loading;
}

/** Loads the page as in a first visit, with the processor slowed down from then on. */
async function load(page: Page, session: CDPSession, url: string): Promise<readonly Task[]> {
  await page.goto('about:blank');
  await session.send('Network.clearBrowserCache');
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  return await tasksDuring(session, async () => {
    await session.send('Page.navigate', { url });
    await pause(2_000);
  });
}

/** Milliseconds, wall time and CPU time. */
interface Task {
  readonly wall: number;
  readonly cpu: number;
}

/** Chromium's trace events; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Tasks of the page's main thread during `work`. */
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

/** Files of the gateway, by their path. */
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

/** The median of the visits' longest tasks: a single one may include other programs' work. */
function longest(visits: readonly (readonly Task[])[]): Pick<Figure, 'value' | 'aim'> {
  const median = (time: keyof Task) =>
    percentile(
      visits.map(tasks => Math.max(0, ...tasks.map(task => task[time]))),
      0.5,
    );
  const [cpu, wall] = [median('cpu'), median('wall')];
  return {
    value: `median ${cpu.toFixed(0)} ms CPU, ${wall.toFixed(0)} ms wall`,
    aim: atMost(cpu, 50, 'ms'),
  };
}

function weight(paths: readonly string[]): Pick<Figure, 'value' | 'aim'> {
  const bytes = paths.map(path => gzipSync(readFileSync(folder + path), { level: 9 }).length);
  const total = bytes.reduce((sum, size) => sum + size, 0) / 1000;
  return { value: `${paths.length} files, gzip ${total.toFixed(1)} kB`, aim: atMost(total, 70, 'kB gzip') };
}
