// A drachtio-server for a test, in a process of its own: it can be killed, frozen and started again where it was.

import { fileURLToPath } from 'node:url';
import type { EngineCounts } from '../../gateway/engine/engine.ts';
import { PeerProcess } from './peer-process.ts';

export interface DrachtioOptions {
  readonly secret?: string;
  /** Milliseconds for which a server may say nothing; drachtio-server's `<timers t1x64>`. */
  readonly timerB?: number;
  /** 0, any free one, when absent. */
  readonly adminPort?: number;
  readonly webSocketPort?: number;
  /** Networks behind the fence that PBXs may point into. */
  readonly allow?: readonly string[];
  /** A file of certificate authorities to trust. */
  readonly authorities?: string;
}

const program = fileURLToPath(new URL('drachtio-server.js', import.meta.url));
const defaults = {
  secret: 'a shared secret',
  timerB: 300,
  adminPort: 0,
  webSocketPort: 0,
  allow: ['127.0.0.0/8'],
  authorities: '',
};

export class DrachtioProcess {
  readonly #process: PeerProcess;
  readonly #options: Required<DrachtioOptions>;

  /** Its ports for PBXs. */
  readonly sip: { readonly udp: number; readonly tcp: number };

  private constructor(process: PeerProcess, options: Required<DrachtioOptions>, sip: DrachtioProcess['sip']) {
    this.sip = sip;
    this.#process = process;
    this.#options = options;
  }

  static async start(wishes: DrachtioOptions = {}): Promise<DrachtioProcess> {
    const options = { ...defaults, ...wishes };
    const peer = new PeerProcess('drachtio', process.execPath, [program, JSON.stringify(options)], {
      env: options.authorities ? { NODE_EXTRA_CA_CERTS: options.authorities } : {},
    });
    const [, adminPort, webSocketPort, udp, tcp] = (
      await peer.waitFor(/^listening (\d+) (\d+) (\d+) (\d+)$/)
    ).map(Number) as [number, number, number, number, number];
    return new DrachtioProcess(peer, { ...options, adminPort, webSocketPort }, { udp, tcp });
  }

  /** The `engine` of a gateway's configuration. */
  get settings(): { drachtio: string; secret: string; websocket: string } {
    const { adminPort, webSocketPort, secret } = this.#options;
    return {
      drachtio: `127.0.0.1:${adminPort}`,
      secret,
      websocket: `ws://127.0.0.1:${webSocketPort}`,
    };
  }

  /** Its ports for the call application and for the frames of visitors. */
  get applicationPorts(): readonly number[] {
    return [this.#options.adminPort, this.#options.webSocketPort];
  }

  async counts(): Promise<EngineCounts> {
    const response = await fetch(`http://127.0.0.1:${this.#options.webSocketPort}/counts`);
    return (await response.json()) as EngineCounts;
  }

  /** SIGKILL: it says goodbye to nobody. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Keeps its connections and does nothing, as a machine whose cable was pulled. */
  freeze(): void {
    this.#process.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process.signal('SIGCONT');
  }

  /** Another one in its place, which remembers nothing. */
  again(changes: DrachtioOptions = {}): Promise<DrachtioProcess> {
    return DrachtioProcess.start({ ...this.#options, ...changes });
  }
}
