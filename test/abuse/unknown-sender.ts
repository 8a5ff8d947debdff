// An unknown sender at the engine's UDP port: its requests, and each datagram that comes back. Also the gateway's engine
// without the rest of the gateway, on a clock that the test controls.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { configFrom } from '../../gateway/config/load.ts';
import { ownAddressesOf } from '../../gateway/config/own-address.ts';
import type { Engine, EngineOptions } from '../../gateway/engine/engine.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { type SipEngine, startSipEngine } from '../../gateway/sip-engine.ts';
import { PATIENCE_MS } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startEngine } from '../unit/engine/drachtio/testbed.ts';
import { ManualClock } from '../unit/engine/transaction/manual-clock.ts';

export const LOOPBACK = '127.0.0.1';
/** Longer than any transaction lives, in ms. */
export const LIFETIME_MS = 64_000;

export interface BareEngine {
  readonly engine: SipEngine;
  readonly clock: ManualClock;
  readonly port: number;
  readonly offences: readonly string[];
  readonly logged: readonly Readonly<Record<string, unknown>>[];
}

/** The engine with the gateway's options. */
export async function startBareEngine(context: TestContext): Promise<BareEngine> {
  const port = await freePort(LOOPBACK);
  const config = configFrom({
    address: LOOPBACK,
    sip: { udp: port, tcp: port },
    sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }],
  });
  const offences: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const clock = new ManualClock();
  const engine = await startSipEngine(config, {
    addresses: ownAddressesOf(config.address),
    mayReach: () => true,
    visitor: () => undefined,
    refused: (address, offence) => void offences.push(`${offence} from ${address}`),
    log: createLog('info', { write: line => void logged.push(JSON.parse(line)) }),
    clock,
  });
  context.after(() => engine.stop());
  return { engine, clock, port, offences, logged };
}

/** An engine of any application, on a clock that does not advance until the test is over. */
export async function startHeldEngine(
  context: TestContext,
  options: Partial<EngineOptions> = {},
): Promise<{ engine: Engine; clock: ManualClock }> {
  const clock = new ManualClock();
  let passing: NodeJS.Timeout | undefined;
  context.after(() => {
    passing = setInterval(() => clock.pass(LIFETIME_MS), 20);
  });
  const engine = await startEngine(context, { ...options, clock });
  context.after(() => clearInterval(passing));
  return { engine, clock };
}

export function doorOf(engine: Engine, transport: 'udp' | 'tcp'): number {
  return engine.points.find(point => point.transport === transport)!.port;
}

export class UnknownSender {
  readonly heard: Buffer[] = [];
  readonly #socket: Socket;
  readonly #door: number;
  #awaited: (() => void) | undefined;
  #markers = 0;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, door: number) {
    this.#socket = socket;
    this.#door = door;
    socket.on('message', bytes => {
      this.heard.push(bytes);
      this.#awaited?.();
    });
  }

  /** `address`: the source address; Linux has all of 127.0.0.0/8. */
  static async at(context: TestContext, door: number, address = LOOPBACK): Promise<UnknownSender> {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    context.after(() => socket.close());
    return new UnknownSender(socket, door);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(message: string | Buffer): void {
    this.#socket.send(message, this.#door, LOOPBACK);
  }

  /**
   * All datagrams that came back before the answer to an OPTIONS that is sent last: on loopback, datagrams of two sockets
   * keep their order.
   */
  async allHeard(): Promise<Buffer[]> {
    const id = `marker-${this.port}-${++this.#markers}`;
    this.send(knock('OPTIONS', { id, via: `SIP/2.0/UDP ${LOOPBACK}:${this.port}` }));
    const isMarker = (bytes: Buffer) => bytes.includes(id);
    const late = new Promise<void>((_resolve, reject) => {
      this.#deadline = setTimeout(() => reject(new Error('the marker was not answered')), PATIENCE_MS);
    });
    try {
      while (!this.heard.some(isMarker))
        await Promise.race([late, new Promise<void>(resolve => (this.#awaited = resolve))]);
    } finally {
      clearTimeout(this.#deadline);
    }
    const others = this.heard.filter(bytes => !isMarker(bytes));
    this.heard.length = 0;
    return others;
  }
}

export interface KnockChoices {
  readonly id?: string;
  readonly via?: string;
  readonly uri?: string;
  readonly to?: string;
  readonly cseq?: string;
  readonly version?: string;
  readonly maxForwards?: number;
  readonly headers?: readonly string[];
}

let knocks = 0;

/** A request as a softphone writes it, from an unknown caller. */
export function knock(method: string, choices: KnockChoices = {}): string {
  const id = choices.id ?? `knock-${++knocks}`;
  return [
    `${method} ${choices.uri ?? `sip:director@${LOOPBACK}`} ${choices.version ?? 'SIP/2.0'}`,
    `Via: ${choices.via ?? `SIP/2.0/UDP ${LOOPBACK};rport`};branch=z9hG4bK${id}`,
    `Max-Forwards: ${choices.maxForwards ?? 70}`,
    `From: <sip:knocks@${LOOPBACK}>;tag=${id}`,
    `To: ${choices.to ?? `<sip:director@${LOOPBACK}>`}`,
    `Call-ID: ${id}`,
    `CSeq: ${choices.cseq ?? `1 ${method}`}`,
    `Contact: <sip:knocks@${LOOPBACK}>`,
    'User-Agent: a softphone',
    ...(choices.headers ?? []),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

export const statusOf = (bytes: Buffer) => Number(/^SIP\/2\.0 (\d{3})/.exec(bytes.toString('latin1'))?.[1]);
