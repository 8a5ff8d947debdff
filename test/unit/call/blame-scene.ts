// One gateway, a process, with a site for each fault: a DNS server, PBXs that are raw peers, and a page that calls. Tells
// what the browser got and what log and record say of it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DnsServer, type DnsServerOptions, startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { Gateway } from '../../support/gateway.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { browserOffer } from '../../support/process-scene.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, unbound } from '../../support/signalling-gateway.ts';
import { authority } from './blame-certificates.ts';

/** What a failed call left: the answer to the browser, and the line of the log. */
export interface Blamed {
  readonly status: number;
  /** The header that a page may read. */
  readonly told: string | undefined;
  readonly line: Readonly<Record<string, unknown>> & { readonly level: string };
}

export interface BlameOptions {
  readonly address: string;
  readonly domains: readonly string[];
  readonly records: readonly ZoneRecord[];
  readonly misbehave?: DnsServerOptions['misbehave'];
  readonly settings?: Partial<ConfigInput>;
}

export class BlameScene {
  readonly gateway: Gateway;
  readonly browser: RawPeer;
  readonly #dns: DnsServer;
  readonly #security: string;

  static async open(options: BlameOptions): Promise<BlameScene> {
    const { address, domains, records, misbehave, settings } = options;
    const dns = await startDnsServer({
      address,
      port: 0,
      zone: { origin: 'test', records },
      ...(misbehave && { misbehave }),
    });
    const folder = privateFolder('blame');
    const trusted = join(folder, 'authority.pem');
    writeFileSync(trusted, authority);
    const security = join(folder, 'security.log');
    const gateway = await Gateway.start({
      address,
      dns: `${address}:${dns.port}`,
      authorities: trusted,
      limits: { ...unbound, responseSeconds: 0.6, setupSeconds: 8 },
      sites: domains.map(domain => ({ domain, origins: [PAGE], callable: ['director'], tokens: false })),
      file: {
        dns: { servers: [`${address}:${dns.port}`], allow: ['127.0.0.0/8', '203.0.113.0/24'] },
        log: { level: 'info', securityFile: security },
        records: { file: join(folder, 'calls.jsonl') },
        ...settings,
      },
    });
    const browser = await RawPeer.browser(gateway.url, PAGE);
    return new BlameScene(gateway, browser, dns, security);
  }

  private constructor(gateway: Gateway, browser: RawPeer, dns: DnsServer, security: string) {
    this.gateway = gateway;
    this.browser = browser;
    this.#dns = dns;
    this.#security = security;
  }

  /** Calls the director of this domain; `meanwhile` is what the PBX does. `offers`: changes the page's offer. */
  async call(
    domain: string,
    meanwhile?: () => Promise<void>,
    offers: (sdp: string) => string = sdp => sdp,
  ): Promise<Blamed> {
    const since = this.gateway.mark();
    new RawCall(this.browser, `sip:director@${domain}`).invite(offers(await browserOffer()));
    await meanwhile?.();
    const response = await this.browser.finalResponse();
    const text = `"to":"director@${domain}"`.replaceAll('.', '\\.');
    const [line] = await this.gateway.waitFor(new RegExp(`^.*${text}.*"msg":"call ended".*$`), { since });
    return {
      status: response.status,
      told: response.headers.get('X-Sip-Call-Cause'),
      line: JSON.parse(line),
    };
  }

  /** Lines that fail2ban would count. */
  get offences(): string[] {
    if (!existsSync(this.#security)) return [];
    return readFileSync(this.#security, 'utf8').match(/(?<=refused )\S+/g) ?? [];
  }

  async close(): Promise<void> {
    this.browser.close();
    await this.gateway.stop();
    await this.#dns.close();
  }
}
