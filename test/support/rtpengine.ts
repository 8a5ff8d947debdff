// Real rtpengines, from the unpacked Debian folder, without root and without its kernel module.

import { join } from 'node:path';
import { NgClient } from '../../gateway/media/rtpengine/ng-client.ts';
import { debianRoot, loaderOf } from './debian-root.ts';
import { eventually, type Patience } from './eventually.ts';
import { PeerProcess } from './peer-process.ts';

export interface RtpengineOptions {
  /** Loopback address for media and control. */
  readonly address: string;
  readonly ngPort?: number;
  /** Further addresses for media, such as one of IPv6. */
  readonly others?: readonly string[];
  /** First of the ports for media. */
  readonly firstPort?: number;
  /** How many of them; a hundred when absent. */
  readonly ports?: number;
}

export class Rtpengine {
  readonly server: { readonly host: string; readonly port: number };
  readonly #options: RtpengineOptions;
  readonly #ng: NgClient;
  #process: PeerProcess;

  /** Resolves once it answers. */
  static async start(options: RtpengineOptions): Promise<Rtpengine> {
    const rtpengine = new Rtpengine(options);
    await rtpengine.#answers();
    return rtpengine;
  }

  private constructor(options: RtpengineOptions) {
    this.#options = options;
    this.server = { host: options.address, port: options.ngPort ?? 22222 };
    this.#ng = new NgClient({ ...this.server, timeoutMs: 5000 });
    this.#process = this.#spawn();
  }

  /** HOST:PORT, as a gateway's file names it. */
  get endpoint(): string {
    return `${this.server.host}:${this.server.port}`;
  }

  get log(): string {
    return this.#process.output();
  }

  /** Calls that it holds, by the names that it was given. */
  async calls(): Promise<string[]> {
    const { calls } = await this.#ng.request('list', { limit: 100 });
    return (calls as string[]).filter(call => !call.startsWith('probe.'));
  }

  /** Resolves once it holds no call. */
  async quiet(patience: Patience = {}): Promise<void> {
    await eventually(
      `rtpengine at ${this.endpoint} holds no call`,
      async () => {
        const calls = await this.calls();
        if (calls.length > 0) throw new Error(calls.join(', '));
        return true;
      },
      patience,
    );
  }

  /** It answers nothing and carries nothing, and knows nothing of that once it is thawed. */
  freeze(): void {
    this.#process.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process.signal('SIGCONT');
  }

  /** It ends its calls by itself, as an administrator can have it do; asked after them, it knows of none. */
  async forget(): Promise<void> {
    for (const call of await this.calls()) {
      await this.#ng.request('delete', { 'call-id': call, 'delete delay': 0 });
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** It runs and holds nothing, whatever a test has done to it. */
  async recover(): Promise<void> {
    this.thaw();
    if (!this.#process.alive) await this.begin();
    await this.forget();
  }

  /** Another one in its place, which knows none of its calls. */
  async begin(): Promise<void> {
    this.#process = this.#spawn();
    await this.#answers();
  }

  async stop(): Promise<void> {
    this.#ng.close();
    if (!this.#process.alive) return;
    this.thaw();
    await this.#process.stop();
  }

  #spawn(): PeerProcess {
    const root = debianRoot('rtpengine');
    const { loader, libraries } = loaderOf(root);
    const { address, firstPort = 30000, ports = 100 } = this.#options;
    const { port } = this.server;
    return new PeerProcess(
      'rtpengine',
      loader,
      [
        ...['--library-path', libraries, join(root, 'usr/bin/rtpengine')],
        ...['--config-file=none', '--table=-1', '--foreground', '--log-stderr', '--log-level=6'],
        ...[
          ...[address, ...(this.#options.others ?? [])].map(one => `--interface=${one}`),
          `--listen-ng=${address}:${port}`,
          `--listen-cli=${address}:${port + 1}`,
        ],
        ...[`--port-min=${firstPort}`, `--port-max=${firstPort + ports - 1}`, '--num-threads=2'],
      ],
      { env: { LD_PRELOAD: '' } },
    );
  }

  async #answers(): Promise<void> {
    await eventually(
      `rtpengine at ${this.endpoint} answers`,
      async () => {
        if (!this.#process.alive) throw new Error(`it ended:\n${this.log}`);
        return await this.#ng.request('ping');
      },
      { within: 20_000 },
    );
  }
}
