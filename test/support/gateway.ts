// The product itself, as its users run it: the command line, a configuration file, a process.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { deployment, rtpengineEndpoint } from './deployment.ts';
import { DrachtioProcess } from './drachtio-process.ts';
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
  /** Keys of the file as a whole, in place of those above. */
  readonly file?: Partial<ConfigInput>;
  /** The engine in another process; by default the one of {@link deployment}. */
  readonly drachtio?: DrachtioProcess | undefined;
  /** A file of certificate authorities to trust. */
  readonly authorities?: string;
  /** Further arguments of node itself. */
  readonly node?: readonly string[];
  /** A program and its arguments that runs node in turn, such as prlimit. */
  readonly under?: readonly string[];
  /** Files that lie beside its own, such as photographs. */
  readonly beside?: Readonly<Record<string, Buffer>>;
  /** The folder that holds the product; this repository unless told. */
  readonly home?: string;
}

/** `/health` of the administrator's listener. */
export interface Counts {
  readonly status: string;
  readonly calls: number;
  readonly [name: string]: unknown;
}

/** A test that names an engine, or the SIP ports of the embedded one, keeps it. */
export async function drachtioFor({
  file,
  limits,
  authorities,
}: Pick<GatewayOptions, 'file' | 'limits' | 'authorities'>): Promise<DrachtioProcess | undefined> {
  if (deployment.engine === 'embedded' || file?.engine || file?.sip) return undefined;
  return await DrachtioProcess.start({
    timerB: ({ ...limits, ...file?.limits }.responseSeconds ?? 2) * 1000,
    ...(file?.dns?.allow && { allow: file.dns.allow }),
    ...(authorities && { authorities }),
  });
}

/** Of every gateway that tests start. */
export const ADMIN_TOKEN = 'administrator-of-a-test-gateway-0';

export class Gateway {
  /** Where pages find the widget. */
  readonly url: string;
  readonly adminUrl: string;
  readonly #process: PeerProcess;
  readonly #file: string;
  readonly #options: GatewayOptions;
  #config: ConfigInput;

  /** Resolves once it says that it is ready. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { address, dns, sites, limits = {}, turn } = options;
    const rtpengine = options.media || options.file?.media ? undefined : await rtpengineEndpoint();
    const media = rtpengine ? { rtpengine: [rtpengine] } : options.media;
    const drachtio = options.drachtio ?? (await drachtioFor(options));
    const engine = drachtio?.settings ?? options.file?.engine;
    const config: ConfigInput = {
      listen: `${address}:0`,
      address,
      dns: { servers: [dns], allow: ['127.0.0.0/8'] },
      ...(!engine && { sip: { udp: 0, tcp: 0 } }),
      media: media?.rtpengine ? media : { browserPort: 0, pbxPorts: [20000, 20998], workers: 1, ...media },
      ...(turn && { turn }),
      limits,
      sites,
      admin: { listen: '127.0.0.1:0', token: ADMIN_TOKEN },
      ...options.file,
      ...(engine && { engine }),
    };
    const folder = privateFolder('gateway');
    const file = join(folder, 'gateway.yaml');
    for (const [name, content] of Object.entries(options.beside ?? {})) {
      writeFileSync(join(folder, name), content);
    }
    writeFileSync(file, stringify(config));
    const program = join(options.home ?? repository, 'dist/gateway/main.js');
    const [command = '', ...args] = [
      ...(options.under ?? []),
      process.execPath,
      '--enable-source-maps',
      ...(options.node ?? []),
      ...[program, 'gateway', '--config', file],
    ];
    const env: Record<string, string> = options.authorities
      ? { NODE_EXTRA_CA_CERTS: options.authorities }
      : {};
    const process_ = new PeerProcess('the gateway', command, args, { env });
    const [, url = ''] = await process_.waitFor(/"listening":"(https?:[^"]+)".*"msg":"ready"/, {
      within: 60_000,
    });
    const [, admin = ''] = /"admin":"(https?:[^"]+)"/.exec(process_.output()) ?? [];
    return new Gateway(process_, url, admin, file, config, { ...options, drachtio });
  }

  private constructor(
    process_: PeerProcess,
    url: string,
    adminUrl: string,
    file: string,
    config: ConfigInput,
    options: GatewayOptions,
  ) {
    this.#process = process_;
    this.#options = options;
    this.url = url;
    this.adminUrl = adminUrl;
    this.#file = file;
    this.#config = config;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get alive(): boolean {
    return this.#process.alive;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.signal(signal);
  }

  /** It dies in the middle of whatever it does, and another is started in its place, where browsers knew this one. */
  async dieAndComeBack(): Promise<Gateway> {
    this.signal('SIGKILL');
    await this.ended();
    const admin = { listen: new URL(this.adminUrl).host, token: ADMIN_TOKEN };
    const file = { ...this.#options.file, listen: new URL(this.url).host, admin };
    return await Gateway.start({ ...this.#options, file });
  }

  /** Resolves once the process has ended. */
  ended(): Promise<void> {
    return this.#process.ended();
  }

  /** Writes its file anew, with these keys changed, and has it read; resolves with what it says of that. */
  async reload(changed: Partial<ConfigInput>): Promise<string> {
    this.#config = { ...this.#config, ...changed };
    return await this.reloadText(stringify(this.#config));
  }

  async reloadText(text: string): Promise<string> {
    writeFileSync(this.#file, text);
    const since = this.mark();
    this.signal('SIGHUP');
    const [line] = await this.waitFor(/.*"msg":"configuration re(?:loaded|fused).*/, { since });
    return line;
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
    const response = await fetch(`${this.adminUrl}/health`, {
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const { drachtio } = this.#options;
    return { ...((await response.json()) as Counts), ...(await drachtio?.counts()) };
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
        const { status, applications, visitors, media, ...counts } = await this.counts();
        const { calls, ports, draining } = (media ?? {}) as Record<string, unknown>;
        const left = Object.entries({ ...counts, mediaCalls: calls, ports, draining }).filter(
          ([, count]) => count !== 0,
        );
        if (left.length > 0) throw new Error(left.map(([name, count]) => `${name} ${count}`).join(', '));
        return true;
      },
      { within: 120_000, every: 500 },
    );
  }

  async stop(): Promise<void> {
    // Stories have ended their calls: nothing to drain.
    await this.#process.stop(5_000, 'SIGINT');
    await this.#options.drachtio?.kill();
  }
}
