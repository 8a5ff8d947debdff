// Several sources of RTP at the port that a relay has for a PBX: the PBX, and a host that has no part in the
// call. Each packet carries the name of its source.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import type { RelayCall } from './relay-call.ts';

export interface Source {
  readonly name: string;
  readonly socket: Socket;
  /** Packets that arrived here. */
  got: number;
  sent: number;
  timer: NodeJS.Timeout | undefined;
}

export class Sources {
  readonly #call: RelayCall;
  readonly #host: string;
  readonly #all: Source[] = [];
  #talking: NodeJS.Timeout | undefined;
  /** The names that the browser has heard, each once. */
  readonly heard: string[] = [];
  latest = '';
  stranger!: Source;
  pbx!: Source;

  /** The browser talks from now on. `host`: where the relay receives. */
  static async open(t: TestContext, call: RelayCall, host: string, pbx = '127.0.0.1'): Promise<Sources> {
    const sources = new Sources(call, host);
    sources.stranger = await sources.add('stranger', '127.0.0.2');
    sources.pbx = await sources.add('pbx', pbx);
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    call.echo.onPacket = () => false;
    call.leg.onRtp = (packet, length) => {
      const text = packet.toString('latin1', 12, length);
      sources.latest = sources.#all.find(({ name }) => text.includes(`${name} `))?.name ?? 'unknown';
      if (!sources.heard.includes(sources.latest)) sources.heard.push(sources.latest);
    };
    sources.#talking = talking;
    t.after(async () => {
      sources.stop();
      await call.relay.close(call.id);
      for (const { socket } of sources.#all) if (socket !== call.echo.audio) socket.close();
    });
    return sources;
  }

  private constructor(call: RelayCall, host: string) {
    this.#call = call;
    this.#host = host;
  }

  async add(name: string, address: string): Promise<Source> {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    return this.addSocket(name, socket);
  }

  addSocket(name: string, socket: Socket): Source {
    const source: Source = { name, socket, got: 0, sent: 0, timer: undefined };
    socket.on('message', () => source.got++);
    this.#all.push(source);
    return source;
  }

  /** Sends a packet each 10 ms. */
  talks(source: Source): void {
    source.timer = setInterval(() => {
      const packet = this.#call.packet();
      packet.write(`${source.name} `, 12, 'latin1');
      source.socket.send(packet, this.#call.port, this.#host);
      source.sent++;
    }, 10);
  }

  quiet(source: Source): void {
    clearInterval(source.timer);
  }

  /** Nothing is sent any more. */
  stop(): void {
    clearInterval(this.#talking);
    for (const source of this.#all) this.quiet(source);
  }

  /** Packets of the PBX's own sockets. */
  get ofPbx(): number {
    return this.#all.reduce((sum, { name, sent }) => sum + (isOfPbx(name) ? sent : 0), 0);
  }

  /** Resolves when some more packets of a stranger have been sent. */
  async ignores(count: number): Promise<void> {
    const until = this.stranger.sent + count;
    await eventually('the stranger has sent more', () => this.stranger.sent >= until, { every: 10 });
  }
}

function isOfPbx(name: string): boolean {
  return name === 'pbx' || name === 'signalled';
}
