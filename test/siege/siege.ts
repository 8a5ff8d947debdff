// The whole siege: a gateway, twenty good calls, all attacks for some minutes, and a pause in which all
// counts must return to the base.

import type { FromAttacker, Orders } from './attacker-process.ts';
import { families } from './attacks/index.ts';
import { Child } from './child.ts';
import { look, type ProcessReading, usageOf } from './gauge.ts';
import type { GoodOrders, GoodReport, ToGood } from './good-process.ts';
import { Inspector } from './inspector.ts';
import { type SiegeGateway, type SiegeGatewayOptions, startSiegeGateway } from './siege-gateway.ts';
import type { Tallied } from './tally.ts';
import { type Peaks, Watch, type WatchEnd } from './watch.ts';

export interface SiegeOptions extends SiegeGatewayOptions {
  readonly minutes: number;
  readonly attacks: readonly string[];
  /** Multiplies the rates of the attacks; below 1 for a slow or busy machine. */
  readonly pace: number;
  readonly held: number;
  readonly restSeconds: number;
  readonly say: (line: string) => void;
}

export interface Measure extends ProcessReading {
  /** After a garbage collection; undefined when the process did not answer. */
  readonly heapBytes: number | undefined;
  readonly counts: Readonly<Record<string, number>> | undefined;
}

export interface SiegeReport {
  readonly end: WatchEnd;
  /** The stack of a gateway that hangs, or the last lines of one that has ended. */
  readonly lastOutput: readonly string[];
  readonly before: Measure;
  readonly after: Measure | undefined;
  readonly peaks: Peaks;
  readonly good: GoodReport | undefined;
  readonly tallies: Readonly<Record<string, Tallied>>;
}

/** 64*T1 of RFC 3261, in which transactions over UDP end, with a margin. */
const SETTLED_WITHIN_MS = 90_000;
const END_WITHIN_MS = 60_000;
const DONE_WITHIN_MS = 10_000;

export async function siege(options: SiegeOptions): Promise<SiegeReport> {
  const { say, held, minutes, restSeconds } = options;
  const siegeGateway = await startSiegeGateway(options);
  const { gateway } = siegeGateway;
  const children: Child<FromAttacker>[] = [];
  let good: Child<unknown> | undefined;
  const inspector = await Inspector.open(siegeGateway.inspector);
  try {
    const orders: GoodOrders = { pbx: siegeGateway.pbx, uri: siegeGateway.goodUri, held };
    good = await Child.start('./good-process.js', orders);
    say(`the gateway is process ${gateway.pid}; warming up, then waiting until it is idle`);
    const sip = await good.ask<number>({ order: 'warm-up', url: gateway.url } satisfies ToGood);
    await warmUpPages(siegeGateway);
    const before = await atRest(siegeGateway, inspector, undefined);
    say(describe('before', before));

    const tallies: Record<string, Tallied> = {};
    const ms = minutes * 60_000;
    const done: Promise<void>[] = [];
    children.push(...(await attackers(options, { ...siegeGateway.targets, sip }, ms, tallies, done)));
    const watch = new Watch(
      {
        pid: gateway.pid,
        url: gateway.url,
        adminUrl: gateway.adminUrl,
        address: siegeGateway.targets.address,
        alive: () => gateway.alive,
      },
      { attackers: children.map(({ pid }) => pid), good: [good.pid] },
      say,
    );
    await good.ask({ order: 'hold', url: gateway.url } satisfies ToGood);
    say(`${held} calls are up; starting the attacks`);
    await good.ask({ order: 'call' } satisfies ToGood);
    for (const child of children) child.send({ begin: true });
    const end = await watch.until(ms, async () => progress(await report(good)));
    const { peaks } = watch;
    if (end !== 'over') {
      const lastOutput = end === 'hung' ? await inspector.stack() : gateway.log.split('\n').slice(-12);
      const goodReport = await report(good).catch(() => undefined);
      return { end, lastOutput, before, after: undefined, peaks, good: goodReport, tallies };
    }
    say('the attacks are over; good calls hang up');
    const goodReport = await good
      .ask<GoodReport>({ order: 'end' } satisfies ToGood, END_WITHIN_MS)
      .catch(() => undefined);
    // Some attacks report their counts only at the end.
    await Promise.race([Promise.all(done), new Promise(resolve => setTimeout(resolve, DONE_WITHIN_MS))]);
    await Promise.all(children.map(child => child.end()));
    say(`waiting ${restSeconds} s, and until the counts of the gateway are back at the base`);
    await new Promise(resolve => setTimeout(resolve, restSeconds * 1000));
    const after = await atRest(siegeGateway, inspector, before.counts);
    say(describe('after', after));
    return { end, lastOutput: [], before, after, peaks, good: goodReport, tallies };
  } finally {
    inspector.close();
    await Promise.all([...children, ...(good ? [good] : [])].map(child => child.end()));
    await siegeGateway.stop();
  }
}

async function attackers(
  { attacks, pace }: SiegeOptions,
  targets: SiegeGateway['targets'],
  ms: number,
  tallies: Record<string, Tallied>,
  done: Promise<void>[],
): Promise<Child<FromAttacker>[]> {
  const needed = families.filter(
    family => family.prepare || attacks.some(name => Object.hasOwn(family.attacks, name)),
  );
  return await Promise.all(
    needed.map(async family => {
      const orders: Orders = { family: family.name, names: attacks, targets, ms, pace };
      const child = await Child.start<FromAttacker>('./attacker-process.js', orders);
      done.push(
        new Promise(resolve => {
          child.onMessage = message => {
            if (message.kind !== 'ready') Object.assign(tallies, message.tallies);
            if (message.kind === 'done') resolve();
          };
        }),
      );
      return child;
    }),
  );
}

async function report(good: Child<unknown> | undefined): Promise<GoodReport> {
  if (!good) throw new Error('there is no process for good calls');
  return await good.ask<GoodReport>({ order: 'report' } satisfies ToGood, 10_000);
}

function progress({ losses, media, setUps, setUpMs }: GoodReport): string {
  return (
    `set-ups ${setUps}, last ${setUpMs.at(-1)?.toFixed(0) ?? '-'} ms; lost ${losses.length} calls, ` +
    `${media.sent - media.back} of ${media.sent} packets`
  );
}

/** Requests each kind of page once: code and files that are loaded on the first request are not a leak. */
async function warmUpPages({ targets: { url, card, largestFile } }: SiegeGateway): Promise<void> {
  const paths = [largestFile, `/call?to=${card}`, `/status?to=${card}`];
  const cards = ['', '/qr.svg', '/photo', '/picture.png', '/contact.vcf', '/signature'];
  for (const path of [...paths, ...cards.map(name => `/card/${card}${name}`)]) {
    await fetch(`${url}${path}`, { headers: { connection: 'close' } }).then(response =>
      response.arrayBuffer(),
    );
  }
}

/** Resolves when the gateway's counts equal `base` or are zero, or after longer than any timer runs. */
async function atRest(
  { gateway }: SiegeGateway,
  inspector: Inspector,
  base: Readonly<Record<string, number>> | undefined,
): Promise<Measure> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { counts } = await look(gateway, 10_000);
    const left = counts && Object.entries(counts).filter(([name, count]) => isOver(name, count, base));
    if ((left && left.length === 0) || performance.now() > deadline) {
      const heapBytes = await inspector.heapBytes();
      return { ...usageOf(gateway.pid), heapBytes, counts };
    }
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

/** Some counts do not describe current state: `applications` is the gateway itself, `media.unmatched` a sum. */
export function isOver(
  name: string,
  count: number,
  base: Readonly<Record<string, number>> | undefined,
): boolean {
  return !/applications|unmatched/.test(name) && count > (base?.[name] ?? 0);
}

function describe(when: string, { rssBytes, descriptors, heapBytes, counts }: Measure): string {
  const heap = heapBytes === undefined ? 'unknown' : `${(heapBytes / 1e6).toFixed(1)} MB`;
  return `${when}: RSS ${(rssBytes / 1e6).toFixed(0)} MB, heap ${heap}, ${descriptors} descriptors, ${JSON.stringify(counts)}`;
}
