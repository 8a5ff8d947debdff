// A company for one story file: PBXs, desk phones, DNS, its web site, gateways and visitors, on a loopback network
// of their own. Opens in about two seconds; ends with all that it started.

import { Asterisk, type AsteriskVersion } from './asterisk.ts';
import type { BrowserPage } from './browser-page.ts';
import { launchChromium } from './chromium.ts';
import { type DeskPhone, DeskPhones, type PhoneNumber } from './desk-phone.ts';
import { DnsServer, domain, type Published } from './dns-server.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { claimLoopback, type LoopbackNetwork } from './loopback.ts';
import { TestSite } from './test-site.ts';
import { Visitor } from './visitor.ts';

/** Whom visitors may reach; `stranger` is on the list and unknown to the PBX. */
const callable = ['director', 'alex', '101', 'seminar', 'room', 'echo', 'tone', 'digits', 'stranger'];

export interface LineOptions {
  readonly published?: Published;
  /** Address of asterisk.mysite.test. */
  readonly first: string;
  /** Address of asterisk.second.mysite.test; where nobody is unless told. */
  readonly second?: string;
  /** Address of asterisk.tcp.mysite.test; the first one's unless told. */
  readonly overTcp?: string;
  readonly limits?: GatewayOptions['limits'];
  readonly media?: GatewayOptions['media'];
  readonly turn?: GatewayOptions['turn'];
  /** More about the site. */
  readonly site?: Partial<GatewayOptions['sites'][number]>;
  /** Where the gateway stands; on the office's loopback network unless told. */
  readonly gatewayAddress?: string;
  /** Networks of PBXs; loopback unless told. */
  readonly allow?: readonly string[];
}

/** A domain as its DNS describes it, and a gateway that asks this DNS. */
export interface Line {
  readonly dns: DnsServer;
  readonly gateway: Gateway;
  /** The page with a button that calls `user`@mysite.test. */
  pageFor(user: string, attributes?: Readonly<Record<string, string>>): string;
}

interface Peer {
  stop(): Promise<void>;
}

export class Office {
  readonly network: LoopbackNetwork;
  readonly site: TestSite;
  readonly #asterisks = new Map<AsteriskVersion, Asterisk>();
  readonly #gateways: Gateway[] = [];
  readonly #visitors: Visitor[] = [];
  readonly #peers: Peer[] = [];
  #phones: DeskPhones | undefined;

  /** Starts these PBXs with the desk phones behind them, and the web site. */
  static async open(versions: readonly AsteriskVersion[]): Promise<Office> {
    const network = await claimLoopback();
    const office = new Office(network, await TestSite.start(network.address(8)));
    try {
      await office.#furnish(versions);
      return office;
    } catch (error) {
      await office.close();
      throw error;
    }
  }

  private constructor(network: LoopbackNetwork, site: TestSite) {
    this.network = network;
    this.site = site;
    this.#peers.push(site);
  }

  async #furnish(versions: readonly AsteriskVersion[]): Promise<void> {
    const desk = { address: this.network.address(4), port: 5070 };
    await Promise.all(
      versions.map(async version => {
        const address = this.addressOf(version);
        const asterisk = await Asterisk.start(version, { address, phones: desk });
        this.#asterisks.set(version, asterisk);
        this.#peers.push(asterisk);
      }),
    );
    const registrar = this.#asterisks.get(22)?.address;
    this.#phones = await DeskPhones.start({ ...desk, ...(registrar && { registrar }) });
    this.#peers.push(this.#phones);
  }

  /** Where an Asterisk of this version is, or would be: nobody else uses the address. */
  addressOf(version: AsteriskVersion): string {
    return this.network.address(version === 16 ? 2 : 3);
  }

  /** An address where nothing listens: what is sent there is refused. */
  get nobody(): string {
    return this.network.address(9);
  }

  asterisk(version: AsteriskVersion): Asterisk {
    const asterisk = this.#asterisks.get(version);
    if (!asterisk) throw new Error(`this office has no Asterisk ${version}`);
    return asterisk;
  }

  phone(number: PhoneNumber): DeskPhone {
    if (!this.#phones) throw new Error('this office has no phones');
    return this.#phones.phone(number);
  }

  /** Publishes the domain and starts a gateway for it. */
  async line({ limits, media, turn, site, gatewayAddress, allow, ...zone }: LineOptions): Promise<Line> {
    const dns = await DnsServer.start(this.network.address(1), {
      published: 'naptr',
      second: this.nobody,
      ...zone,
    });
    this.#peers.push(dns);
    const gateway = await Gateway.start({
      address: gatewayAddress ?? this.network.address(6 + 10 * this.#gateways.length),
      dns: dns.endpoint,
      sites: [{ domain, origins: [this.site.origin], callable, ...site }],
      ...(limits && { limits }),
      ...(media && { media }),
      ...(turn && { turn }),
      ...(allow && { file: { dns: { servers: [dns.endpoint], allow: [...allow] } } }),
    });
    this.#gateways.push(gateway);
    this.#peers.push(gateway);
    return {
      dns,
      gateway,
      pageFor: (user, attributes = {}) =>
        this.site.urlOf({ gateway: gateway.url, attributes: { to: `${user}@${domain}`, ...attributes } }),
    };
  }

  /** A visitor whose microphone hears `tone` Hz. */
  async visitor(
    tone = 520,
    launch: (tone: number) => Promise<BrowserPage> = launchChromium,
  ): Promise<Visitor> {
    const visitor = new Visitor(await launch(tone), tone);
    this.#visitors.push(visitor);
    this.#peers.push(visitor);
    return visitor;
  }

  /** Adds a peer to those that end with the office. */
  add<T extends Peer>(peer: T): T {
    this.#peers.push(peer);
    return peer;
  }

  /** Resolves once no call has left anything behind, at any gateway or PBX. Rejects with what is left. */
  async quiet(): Promise<void> {
    const asterisks = [...this.#asterisks.values()].filter(asterisk => asterisk.alive);
    await Promise.all([
      ...this.#gateways.map(gateway => gateway.quiet()),
      ...asterisks.map(asterisk => asterisk.quiet()),
    ]);
  }

  /** Ends what a story that failed has left, as well as it goes. */
  async tidy(): Promise<void> {
    await Promise.all(this.#visitors.map(visitor => visitor.abandon()));
    await this.#phones?.hangUp();
    await this.quiet().catch(() => {});
  }

  /** What everybody said last, for a story that failed. */
  evidence(): string {
    const tail = (text: string, lines: number) => text.split('\n').slice(-lines).join('\n');
    return [
      ...this.#gateways.map(gateway => `--- gateway ${gateway.url}\n${tail(gateway.log, 40)}`),
      ...[...this.#asterisks].map(([version, { log }]) => `--- Asterisk ${version}\n${tail(log, 25)}`),
      ...this.#visitors.map(({ tone, console }) => `--- page of visitor ${tone}\n${console.join('\n')}`),
    ].join('\n');
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.reverse().map(stopSoon));
  }
}

/** A peer that will not go is named, and left to the end of the process. */
async function stopSoon(peer: Peer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not stop within 15 s')), 15_000);
  });
  await Promise.race([peer.stop(), late]).catch((error: Error) => {
    console.error(`${peer.constructor.name}: ${error.message}`);
  });
  clearTimeout(timer);
}
