// The product itself, as its users run it: the command line, a configuration file, a process.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { eventually, type Patience } from './eventually.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';
import { repository } from './repository.ts';

export interface GatewayOptions {
  /** Loopback address for HTTP, SIP and media. */
  readonly address: string;
  /** ADDRESS:PORT of the DNS server. */
  readonly dns: string;
  readonly sites: ConfigInput['sites'];
  readonly limits?: NonNullable<ConfigInput['limits']>;
  readonly media?: NonNullable<ConfigInput['media']>;
  readonly turn?: NonNullable<ConfigInput['turn']>;
}

/** `/healthz`: what is there now. */
export interface Counts {
  readonly status: string;
  readonly calls: number;
  readonly [name: string]: unknown;
}

export class Gateway {
  /** Where pages find the widget. */
  readonly url: string;
  readonly #process: PeerProcess;

  /** Resolves once it says that it is ready. */
  static async start({ address, dns, sites, limits = {}, media, turn }: GatewayOptions): Promise<Gateway> {
    const config: ConfigInput = {
      listen: `${address}:0`,
      address,
      dns: { servers: [dns], allow: ['127.0.0.0/8'] },
      sip: { udp: 0, tcp: 0 },
      media: { browserPort: 0, pbxPorts: [20000, 20998], workers: 1, ...media },
      ...(turn && { turn }),
      limits,
      sites,
    };
    const file = join(privateFolder('gateway'), 'gateway.yaml');
    writeFileSync(file, stringify(config));
    const program = join(repository, 'dist/gateway/main.js');
    const args = ['--enable-source-maps', program, 'gateway', '--config', file];
    const process_ = new PeerProcess('the gateway', process.execPath, args);
    const [, url = ''] = await process_.waitFor(/"url":"(https?:[^"]+)".*"msg":"ready"/, { within: 15_000 });
    return new Gateway(process_, url);
  }

  private constructor(process_: PeerProcess, url: string) {
    this.#process = process_;
    this.url = url;
  }

  get log(): string {
    return this.#process.output();
  }

  mark(): number {
    return this.#process.mark();
  }

  waitFor(pattern: RegExp, options: Patience & { readonly since?: number } = {}): Promise<RegExpMatchArray> {
    return this.#process.waitFor(pattern, options);
  }

  async counts(): Promise<Counts> {
    const response = await fetch(`${this.url}/healthz`);
    return (await response.json()) as Counts;
  }

  /** Resolves once nothing of any call is left: calls, dialogs, media. Rejects with what is. */
  async quiet(patience: Patience = {}): Promise<void> {
    await eventually(
      'the gateway has no call, dialog or media left',
      async () => {
        const counts = await this.counts();
        const media = counts.media as { calls?: number } | undefined;
        const left = [counts.calls, counts.dialogs, media?.calls];
        if (left.every(count => count === 0)) return true;
        throw new Error(JSON.stringify(counts));
      },
      { every: 100, ...patience },
    );
  }

  /**
   * Resolves once nothing at all is left, transactions, timers and draining ports included. Over UDP some of these
   * last half a minute by rule (RFC 3261 17: 64 times T1).
   */
  async spotless(): Promise<void> {
    await eventually(
      'the gateway is as it was before the first call',
      async () => {
        const { status, apps, visitors, media, ...counts } = await this.counts();
        const { calls, ports, draining } = (media ?? {}) as Record<string, unknown>;
        const left = Object.entries({ ...counts, mediaCalls: calls, ports, draining }).filter(
          ([, count]) => count !== 0,
        );
        if (left.length > 0) throw new Error(left.map(([name, count]) => `${name} ${count}`).join(', '));
        return true;
      },
      { within: 60_000, every: 500 },
    );
  }

  async stop(): Promise<void> {
    // Stories have ended their calls: nothing to drain.
    await this.#process.stop(5_000, 'SIGINT');
  }
}
