// The cost of the embedded relay: simulated WebRTC legs, the relay in a separate process, and a plain RTP
// echo; PCMU of 20 ms in both directions. Latency is one-way, between the end points in this process, with
// and without the relay. To run it alone: node dist/test/bench/relay.js 10 60

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EchoPbx, nowMicros, RelayProcess, stampAt } from './relay-ends.ts';
import { WebRtcLeg } from './webrtc-leg.ts';

export interface Percentiles {
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface RelayFigures {
  readonly calls: number;
  /** The number of these with finished ICE and DTLS. */
  readonly opened: number;
  /** User and system time of the relay process. */
  readonly cpuSecondsPerCallMinute: number;
  /** One-way, through the relay. */
  readonly toPbx: Percentiles;
  readonly toBrowser: Percentiles;
  /** One-way between the same end points, without relay and without SRTP. */
  readonly bare: Percentiles;
  readonly rssMb: number;
  /** Packets sent by a leg that did not return. */
  readonly lost: number;
  readonly sent: number;
}

const frameMs = 20;
const warmUpMs = 1500;
const measureMs = 5000;
const bareMs = 1000;
const settleMs = 300;
const payloadBytes = 160;

export async function benchRelay(loads: readonly number[] = [1, 10, 30, 60, 100]): Promise<RelayFigures[]> {
  const figures: RelayFigures[] = [];
  for (const calls of loads) figures.push(await benchLoad(calls));
  return figures;
}

async function benchLoad(calls: number): Promise<RelayFigures> {
  const echo = await EchoPbx.open();
  const bare = await measureBare(calls, echo);
  const relay = await RelayProcess.start();
  const legs: WebRtcLeg[] = [];
  try {
    const attempts = Array.from({ length: calls }, (_, i) => openLeg(relay, echo, String(i)));
    for (const leg of await Promise.allSettled(attempts))
      if (leg.status === 'fulfilled') legs.push(leg.value);
    const talk = new RelayLoad(legs, echo);
    await wait(warmUpMs);
    talk.reset();
    const before = await relay.usage();
    const startedAt = performance.now();
    await wait(measureMs);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await relay.usage();
    talk.stop();
    // Packets in transit are not lost.
    await wait(settleMs);
    const { sent, received } = talk;
    return {
      calls,
      opened: legs.length,
      cpuSecondsPerCallMinute: ((after.cpu - before.cpu) / seconds / Math.max(1, legs.length)) * 60,
      toPbx: percentiles(talk.up),
      toBrowser: percentiles(talk.down),
      bare,
      rssMb: after.rss / 2 ** 20,
      // Packets that were in transit at the start of the count are received in addition.
      lost: Math.max(0, sent - received),
      sent,
    };
  } finally {
    for (const leg of legs) leg.close();
    await relay.end();
    echo.close();
  }
}

async function openLeg(relay: RelayProcess, echo: EchoPbx, call: string): Promise<WebRtcLeg> {
  const leg = await WebRtcLeg.open();
  const offer = await relay.tell({ op: 'offer', call, sdp: leg.offer() });
  const port = Number(/^m=audio (\d+)/m.exec(String(offer))?.[1]);
  if (!(port > 0)) throw new Error(`no offer from the relay: ${JSON.stringify(offer)}`);
  const answer = await relay.tell({ op: 'answer', call, sdp: echo.answer() });
  await leg.connect(String(answer));
  return leg;
}

/** Every leg sends a frame each 20 ms; the legs are spread evenly over that time. */
class RelayLoad {
  readonly up: number[] = [];
  readonly down: number[] = [];
  sent = 0;
  received = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(legs: readonly WebRtcLeg[], echo: EchoPbx) {
    echo.onStamp = micros => this.up.push(micros);
    const started = performance.now();
    const senders = legs.map((leg, i) => {
      leg.onRtp = packet => {
        this.received++;
        this.down.push(nowMicros() - Number(packet.readBigUInt64BE(stampAt)));
      };
      return { leg, packet: frame(leg.ssrc), due: started + (i * frameMs) / legs.length, seq: 0 };
    });
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const sender of senders) {
        for (; sender.due <= now; sender.due += frameMs) {
          stampFrame(sender.packet, sender.seq++);
          sender.leg.sendRtp(sender.packet);
          this.sent++;
        }
      }
    }, 1);
  }

  reset(): void {
    this.up.length = 0;
    this.down.length = 0;
    this.sent = 0;
    this.received = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The same traffic between the same end points without a relay. */
async function measureBare(calls: number, echo: EchoPbx): Promise<Percentiles> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const micros: number[] = [];
  echo.onStamp = value => micros.push(value);
  socket.on('message', packet => micros.push(nowMicros() - Number(packet.readBigUInt64BE(stampAt))));
  const { port } = echo.socket.address();
  const packet = frame(1);
  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / frameMs) * calls;
    for (; sent < due; sent++) {
      stampFrame(packet, sent);
      socket.send(Buffer.from(packet), port, '127.0.0.1');
    }
  }, 1);
  await wait(bareMs);
  clearInterval(timer);
  socket.close();
  return percentiles(micros);
}

function frame(ssrc: number): Buffer {
  const packet = Buffer.alloc(12 + payloadBytes, 0xff);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

function stampFrame(packet: Buffer, seq: number): void {
  packet.writeUInt16BE(seq & 0xffff, 2);
  packet.writeUInt32BE((seq * payloadBytes) >>> 0, 4);
  packet.writeBigUInt64BE(BigInt(nowMicros()), stampAt);
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const loads = process.argv.slice(2).map(Number);
  for (const f of await benchRelay(loads.length > 0 ? loads : undefined)) {
    console.log(
      `${f.opened}/${f.calls} calls  ${f.cpuSecondsPerCallMinute.toFixed(3)} CPU-s per call-minute  ` +
        `one way us p50/p99: to PBX ${f.toPbx.p50}/${f.toPbx.p99}, to browser ${f.toBrowser.p50}/${f.toBrowser.p99}, ` +
        `bare ${f.bare.p50}/${f.bare.p99}  RSS ${f.rssMb.toFixed(0)} MB  lost ${f.lost} of ${f.sent}`,
    );
  }
}
