// The criteria of a siege, and the printing of its figures. A loss during a delay of the test process, or
// without free processors, counts like others and is marked: that run is not conclusive.

import { percentile } from '../bench/figure.ts';
import { isOver, type SiegeReport } from './siege.ts';

export interface Criterion {
  readonly name: string;
  readonly value: string;
  readonly holds: boolean;
}

const MOST_SET_UP_MS = 1_000;
/**
 * Bytes. Bounded by design: 16 MB of pictures, 3 MB of addresses with a share in use, 5 MB of compiled code.
 */
const MOST_HEAP_GROWTH = 24e6;
/** Factor. The allocator and V8 keep pages of the peak, also in the media worker's heap. */
const MOST_RSS_GROWTH = 2.5;
const SPARE_DESCRIPTORS = 4;
/** Delay of the test process's event loop: above this, its times of the gateway are not reliable. */
const BUSY_MS = 500;
/**
 * Share of the time in which the gateway waited for a processor: above this, delays are caused by the
 * machine.
 */
const MOST_WAITED_PERCENT = 25;

const megabytes = (bytes: number | undefined) =>
  bytes === undefined ? 'unknown' : `${(bytes / 1e6).toFixed(1)} MB`;

export function verdict({ end, before, after, good, lastOutput, peaks }: SiegeReport): Criterion[] {
  const survived: Criterion = {
    name: 'the gateway survives',
    value:
      end === 'over'
        ? 'yes'
        : `${end}; last answer after ${peaks.answeredAt.toFixed(0)} s. ${lastOutput.join(' | ')}`,
    holds: end === 'over',
  };
  if (!good)
    return [survived, { name: 'good calls', value: 'the test process sent no report', holds: false }];
  const busy = good.losses.filter(({ ownDelayMs }) => ownDelayMs > BUSY_MS).length;
  const p95 = percentile(good.setUpMs, 0.95);
  const calls: Criterion[] = [
    {
      name: 'good calls lost',
      value: `${good.losses.length}${busy ? `, ${busy} of them while the test process was delayed by over ${BUSY_MS} ms` : ''}`,
      holds: good.losses.length === 0,
    },
    {
      name: 'set-up p95',
      value: Number.isNaN(p95) ? 'no call was set up' : `${p95.toFixed(0)} ms`,
      holds: p95 < MOST_SET_UP_MS,
    },
    {
      name: 'changed packets',
      value: String(good.media.changed),
      holds: good.media.changed === 0,
    },
  ];
  if (!after) return [survived, ...calls];
  const left = Object.entries(after.counts ?? { unanswered: 1 }).filter(([name, count]) =>
    isOver(name, count, before.counts),
  );
  return [
    survived,
    ...calls,
    {
      name: 'counts of the gateway back at the base',
      value: left.map(([name, count]) => `${name} ${count}`).join(', ') || 'yes',
      holds: left.length === 0,
    },
    {
      name: 'descriptors',
      value: `${before.descriptors} before, ${after.descriptors} after`,
      holds: after.descriptors <= before.descriptors + SPARE_DESCRIPTORS,
    },
    {
      name: 'heap after a collection',
      value: `${megabytes(before.heapBytes)} before, ${megabytes(after.heapBytes)} after`,
      holds: (after.heapBytes ?? Number.POSITIVE_INFINITY) <= (before.heapBytes ?? 0) + MOST_HEAP_GROWTH,
    },
    {
      name: 'RSS',
      value: `${megabytes(before.rssBytes)} before, ${megabytes(after.rssBytes)} after`,
      holds: after.rssBytes <= before.rssBytes * MOST_RSS_GROWTH,
    },
  ];
}

/** Why the machine may have caused a failed criterion; undefined when it did not. */
export function reservation({ peaks }: SiegeReport): string | undefined {
  if (peaks.waitedPercent <= MOST_WAITED_PERCENT) return undefined;
  const { waitedPercent, othersPercent } = peaks;
  return (
    `the gateway waited for a processor ${waitedPercent.toFixed(0)} % of the time, and other programs used ` +
    `${othersPercent.toFixed(0)} % of the machine: delays and losses may be caused by the machine`
  );
}

/** All figures, line by line. */
export function figures({ peaks, good, tallies }: SiegeReport): string[] {
  const lines = Object.entries(tallies).map(
    ([name, { sent, answers, bytesOut, bytesIn, unread, failed }]) => {
      const answered = Object.entries(answers)
        .sort(([, one], [, other]) => other - one)
        .map(([what, count]) => `${what} x ${count}`);
      const drawn = bytesOut > 0 ? `; received ${(bytesIn / bytesOut).toFixed(2)} times its bytes` : '';
      return `  ${name.padEnd(16)} ${String(sent).padStart(7)}  ${answered.join(', ') || (unread ? 'answers are not read' : 'no answer')}${drawn}${failed ? `; FAILED: ${failed}` : ''}`;
    },
  );
  const cpu = Object.entries(peaks.cpu).map(
    ([name, seconds]) => `${name} ${((seconds / peaks.seconds) * 100).toFixed(0)} %`,
  );
  return [
    'attacks: messages sent, and the answers',
    ...lines,
    `processor time of one core over ${peaks.seconds.toFixed(0)} s: ${cpu.join(', ')}`,
    `the machine: ${peaks.othersPercent.toFixed(0)} % of its processors used by others, ${peaks.idlePercent.toFixed(0)} % idle; the gateway's thread waited for a processor ${peaks.waitedPercent.toFixed(0)} % of the time`,
    `peak: RSS ${megabytes(peaks.rssBytes)}, ${peaks.descriptors} descriptors; ${peaks.dropped} datagrams dropped unread at the gateway's sockets`,
    `GET /healthz: ${spread(peaks.latenciesMs)}`,
    ...(good
      ? [
          `set-ups: ${good.setUps}, ${good.connected} with media; INVITE to 200 ${spread(good.setUpMs)}; token and WebSocket ${spread(good.entryMs)}`,
          `held calls: ${good.held}; ${good.media.sent} packets sent, ${good.media.sent - good.media.atPbx} missing at the PBX, ${good.media.sent - good.media.back} missing back at the browsers`,
          ...good.losses
            .map(
              ({ second, call, why, ownDelayMs }) =>
                `lost after ${second} s: ${call}: ${why} (test process delayed by at most ${ownDelayMs} ms)`,
            )
            .slice(0, 20),
        ]
      : []),
  ];
}

function spread(ms: readonly number[]): string {
  const at = (share: number) => percentile(ms, share).toFixed(0);
  if (ms.length === 0) return 'never';
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms`;
}
