// The environment of the relay in its bench: the relay's process, and a PBX that echoes. Times are
// microseconds of this process's clock, written into the payload.

import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RelayOrder, RelayUsage } from './relay-process.ts';

/** The offset of the time in a packet. */
export const stampAt = 12;

export function nowMicros(): number {
  return Math.floor(performance.now() * 1000);
}

/** The PBX of the bench: reads the time in each packet, writes the current time and sends the packet back. */
export class EchoPbx {
  readonly socket: Socket;
  onStamp: (micros: number) => void = () => {};

  static async open(): Promise<EchoPbx> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new EchoPbx(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (packet, from) => {
      this.onStamp(nowMicros() - Number(packet.readBigUInt64BE(stampAt)));
      packet.writeBigUInt64BE(BigInt(nowMicros()), stampAt);
      socket.send(packet, from.port, from.address);
    });
  }

  answer(): string {
    const { port } = this.socket.address();
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${port} RTP/AVP 0`,
      'a=rtpmap:0 PCMU/8000',
      'a=sendrecv',
      '',
    ].join('\r\n');
  }

  close(): void {
    this.socket.close();
  }
}

export class RelayProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #next = 1;

  static async start(): Promise<RelayProcess> {
    const relay = new RelayProcess();
    await new Promise<unknown>(resolve => relay.#waiting.set(0, resolve));
    return relay;
  }

  private constructor() {
    const profileTo = process.env.BENCH_CPU_PROF;
    this.#child = fork(fileURLToPath(new URL('./relay-process.js', import.meta.url)), {
      execArgv: profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`],
    });
    this.#child.on('message', message => {
      const { id, value } = message as { id: number; value: unknown };
      this.#waiting.get(id)?.(value);
      this.#waiting.delete(id);
    });
  }

  tell(order: RelayOrder): Promise<unknown> {
    const id = this.#next++;
    return new Promise(resolve => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, order });
    });
  }

  async usage(): Promise<RelayUsage> {
    return (await this.tell({ op: 'usage' })) as RelayUsage;
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send({ id: 0, order: { op: 'end' } });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await exited;
    clearTimeout(timer);
  }
}
