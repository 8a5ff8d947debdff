// Host names in a PBX's description (RFC 8866 5.7), looked up before it is judged. How is the composition root's to say.

import { type Description, type MediaSection, readDescription, valuesOf, wordsOf } from './description.ts';
import { hostOf } from './host.ts';
import { kindOf } from './read.ts';

/** Addresses of a host that may be used, best first. Rejects in words for a log; has a time limit of its own. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** What a name stands for: its addresses, or why there is none. */
export interface FoundHost {
  readonly addresses: readonly string[];
  readonly why: string;
}

export type FoundHosts = ReadonlyMap<string, FoundHost>;

/** A description names one, for RTCP a second one. A stranger's SDP does not make the gateway ask for more. */
const maxHosts = 4;
/** Of one call, whose descriptions come as often as a PBX likes. */
const maxHostsOfCall = 16;

/** The look-ups of one call. */
export class HostLookup {
  readonly #resolve: ResolveHost;
  /** Names that were asked for, and the address that was found last. */
  readonly #asked = new Map<string, string | undefined>();

  constructor(resolve: ResolveHost = () => Promise.reject(new Error('nothing is looked up here'))) {
    this.#resolve = resolve;
  }

  /** A PBX's description, and what the host names in it stand for. @throws {MediaError} */
  async read(sdp: string): Promise<{ readonly description: Description; readonly found: FoundHosts }> {
    const description = readDescription(sdp);
    const hosts = namesIn(description);
    const found = await Promise.all(hosts.map(async host => [host, await this.#find(host)] as const));
    return { description, found: new Map(found) };
  }

  async #find(host: string): Promise<FoundHost> {
    if (!this.#asked.has(host)) {
      if (this.#asked.size >= maxHostsOfCall) return { addresses: [], why: 'too many names' };
      this.#asked.set(host, undefined);
    }
    try {
      const addresses = this.#steady(host, await this.#resolve(host));
      return { addresses, why: 'it has no address' };
    } catch (error) {
      return { addresses: [], why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The same answer in 183 and 200 leads to the same place, whichever address DNS tells first. */
  #steady(host: string, addresses: readonly string[]): readonly string[] {
    const last = this.#asked.get(host);
    const steady = last !== undefined && addresses.includes(last) ? [last, ...addresses] : addresses;
    if (steady[0] !== undefined) this.#asked.set(host, steady[0]);
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

/** `IN IP4 host[/ttl[/count]]`. Whether the host is of the family that stands before it, it says itself. */
export function connectionHost(value: string): string {
  const words = wordsOf(value);
  return words[2] ?? words.at(-1) ?? '';
}

/** A line has one; each is held against the fence. */
const maxRtcp = 4;

/** RFC 3605: `port [IN IP4 host]`. */
export function rtcpOf(media: MediaSection): { port: string | undefined; host: string | undefined }[] {
  const values = valuesOf(media, 'rtcp').slice(0, maxRtcp);
  return values.map(value => {
    const [port, ...rest] = wordsOf(value);
    return { port, host: rest[2] ?? rest.at(-1) };
  });
}
