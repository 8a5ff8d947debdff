// Looks up the host names in a PBX's description (RFC 8866 5.7) before the description is judged. The
// composition root provides the look-up.

import { type Description, type MediaSection, readDescription, valuesOf, wordsOf } from './description.ts';
import { hostOf } from './host.ts';
import { kindOf } from './read.ts';

/** Usable addresses of a host, best first. Rejects with a text for the log; has its own time limit. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** The addresses of a name, or the reason why there is none. */
export interface FoundHost {
  readonly addresses: readonly string[];
  readonly why: string;
}

export type FoundHosts = ReadonlyMap<string, FoundHost>;

/** A description names one host, and a second one for RTCP. A peer's SDP must not cause more look-ups. */
const maxHosts = 4;
/** For one call, because a PBX may send any number of descriptions. */
const maxHostsOfCall = 16;

/** The look-ups of one call. */
export class HostLookup {
  readonly #resolve: ResolveHost;
  /** Names that were looked up, and the address that was used last. */
  readonly #lookedUp = new Map<string, string | undefined>();

  constructor(resolve: ResolveHost = () => Promise.reject(new Error('host names are not resolved'))) {
    this.#resolve = resolve;
  }

  /** A PBX's description, and the addresses of the host names in it. @throws {MediaError} */
  async read(sdp: string): Promise<{ readonly description: Description; readonly found: FoundHosts }> {
    const description = readDescription(sdp);
    const hosts = namesIn(description);
    const found = await Promise.all(hosts.map(async host => [host, await this.#find(host)] as const));
    return { description, found: new Map(found) };
  }

  async #find(host: string): Promise<FoundHost> {
    if (!this.#lookedUp.has(host)) {
      if (this.#lookedUp.size >= maxHostsOfCall) return { addresses: [], why: 'too many host names' };
      this.#lookedUp.set(host, undefined);
    }
    try {
      const addresses = this.#steady(host, await this.#resolve(host));
      return { addresses, why: 'the name has no address' };
    } catch (error) {
      return { addresses: [], why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The same answer in 183 and 200 leads to the same address, whatever the order of the DNS answer. */
  #steady(host: string, addresses: readonly string[]): readonly string[] {
    const last = this.#lookedUp.get(host);
    const steady = last !== undefined && addresses.includes(last) ? [last, ...addresses] : addresses;
    if (steady[0] !== undefined) this.#lookedUp.set(host, steady[0]);
    return steady;
  }
}

function namesIn({ session, media }: Description): string[] {
  const lines = media.filter(line => kindOf(line) !== null && line.port !== 0);
  const written = [
    ...[session, ...lines].flatMap(({ connections }) => connections.map(connectionHost)),
    ...lines.flatMap(line => rtcpOf(line).map(({ host }) => host)),
  ];
  const names = written
    .map(text => hostOf(text ?? ''))
    .flatMap(host => (host.kind === 'name' ? [host.text] : []));
  return [...new Set(names)].slice(0, maxHosts);
}

/** `IN IP4 host[/ttl[/count]]`. The family comes from the host, not from the address type before it. */
export function connectionHost(value: string): string {
  const words = wordsOf(value);
  return words[2] ?? words.at(-1) ?? '';
}

/** A line has one; each is checked against the fence. */
const maxRtcp = 4;

/** RFC 3605: `port [IN IP4 host]`. */
export function rtcpOf(media: MediaSection): { port: string | undefined; host: string | undefined }[] {
  const values = valuesOf(media, 'rtcp').slice(0, maxRtcp);
  return values.map(value => {
    const [port, ...rest] = wordsOf(value);
    return { port, host: rest[2] ?? rest.at(-1) };
  });
}
