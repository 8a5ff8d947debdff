// The good side of the siege, in a separate process: the PBX, the held calls, and the caller that sets up one
// call a second. Reports each loss, its time, and the delay of this process's event loop then.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startPlainPbx } from '../bench/plain-pbx.ts';
import { SDP } from '../support/signalling-gateway.ts';
import { RtpEcho } from '../unit/media/rtp-echo.ts';
import { HeldCall, type HeldReport } from './held-call.ts';
import { readNumber } from './numbered-rtp.ts';
import { SetupCaller } from './setup-caller.ts';

export interface GoodOrders {
  readonly pbx: { readonly address: string; readonly port: number };
  readonly uri: string;
  readonly held: number;
}

export interface Loss {
  /** Since the start of the process. */
  readonly second: number;
  readonly call: string;
  readonly why: string;
  /** The longest delay of this process's event loop in the seconds before. */
  readonly ownDelayMs: number;
}

export interface GoodReport {
  readonly held: number;
  readonly media: HeldReport;
  readonly losses: readonly Loss[];
  readonly setUps: number;
  readonly connected: number;
  readonly setUpMs: readonly number[];
  readonly entryMs: readonly number[];
  readonly ownDelayMs: number;
}

export type ToGood =
  | { readonly order: 'warm-up' | 'hold'; readonly url: string }
  | { readonly order: 'call' | 'report' | 'end' };

const PACKET_MS = 20;
const WARM_UP_CALLS = 20;

const orders = JSON.parse(process.argv[2] ?? '{}') as GoodOrders;
process.on('disconnect', () => process.exit(0));
// The parent may have ended while this process was starting.
if (!process.connected) process.exit(0);
const { address, port } = orders.pbx;
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const echo = await RtpEcho.open(address);
const answer = SDP.replace(/127\.0\.0\.1/g, address).replace('30000', String(echo.audio.address().port));
const pbx = await startPlainPbx(address, answer, port);
/** The gateway's SIP source port: with an external engine only the PBX sees it. */
let sipPort = 0;
pbx.onSource = from => {
  sipPort = from;
};
const held: HeldCall[] = [];
const losses: Loss[] = [];
let setups = new SetupCaller('', orders.uri, () => {});
let unknownPackets = 0;
let timer: NodeJS.Timeout | undefined;

echo.onPacket = packet => {
  const number = readNumber(packet);
  const call = number && held[number.call];
  if (call) call.atPbx.note(number.sequence);
  // A short call sends no RTP; any other packet here was not sent by a good caller, or was changed.
  else unknownPackets++;
  return call !== undefined;
};

const lost = (call: string) => (why: string) => {
  const ownDelayMs = Math.round(delay.max / 1e6);
  losses.push({ second: Math.round(performance.now() / 1000), call, why, ownDelayMs });
};

const obey: Record<ToGood['order'], (url: string) => Promise<unknown>> = {
  'warm-up': async url => {
    const first = new SetupCaller(url, orders.uri, why => lost('warm-up')(why));
    for (let count = 0; count < WARM_UP_CALLS; count++) await first.call();
    if (losses.length > 0) throw new Error(`good calls fail before any attack: ${losses[0]?.why}`);
    return sipPort;
  },
  hold: async url => {
    setups = new SetupCaller(url, orders.uri, lost('set-up'));
    for (let number = 0; number < orders.held; number++) {
      const call = await HeldCall.begin(url, orders.uri, `127.220.0.${number + 1}`, number);
      call.onLost = lost(`held ${number}`);
      held.push(call);
    }
    speak();
    return held.length;
  },
  call: async () => setups.start(),
  report: async () => report(),
  end: async () => {
    await setups.stop();
    clearInterval(timer);
    await Promise.all(held.map(call => call.end()));
    return report();
  },
};

/** Sends for all calls on one clock, and catches up after a delay. */
function speak(): void {
  const begun = performance.now();
  let sentCount = 0;
  timer = setInterval(() => {
    for (; begun + sentCount * PACKET_MS <= performance.now(); sentCount++)
      for (const call of held) call.speak();
  }, PACKET_MS);
}

function report(): GoodReport {
  const sum = { sent: 0, atPbx: 0, back: 0, changed: unknownPackets };
  for (const { report: one } of held) {
    sum.sent += one.sent;
    sum.atPbx += one.atPbx;
    sum.back += one.back;
    sum.changed += one.changed;
  }
  const ownDelayMs = Math.round(delay.max / 1e6);
  delay.reset();
  const { calls, connected, setUpMs, entryMs } = setups;
  return { held: held.length, media: sum, losses, setUps: calls, connected, setUpMs, entryMs, ownDelayMs };
}

process.on('message', (message: ToGood) => {
  obey[message.order]('url' in message ? message.url : '').then(
    value => process.send?.({ value }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.send?.({ value: 'ready' });
