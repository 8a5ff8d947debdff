// The options of the embedded relay, their defaults, and the settings of each worker that follow from them.

import type { MediaAddress } from '../address.ts';
import type { ResolveHost } from '../sdp/hosts.ts';
import type { RelayCertificate } from './dtls/certificate.ts';
import type { WorkerSettings } from './worker-protocol.ts';

export interface EmbeddedRelayLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmbeddedRelayOptions {
  /** Worker threads, at least 1. */
  readonly workers: number;
  /**
   * At least one. The first gets the preferred candidates. A PBX is called from an address of its own family.
   */
  readonly addresses: readonly MediaAddress[];
  /** UDP and TCP; worker n uses `port` + n. 0: any port. */
  readonly browser: { readonly port: number };
  readonly pbx: {
    /** First and last port of the range, both included. RTP takes even ports, RTCP the next odd ones. */
    readonly ports: readonly [number, number];
    /**
     * Networks of PBXs behind NAT, such as 203.0.113.0/24. The first packet of a line that comes from one of
     * these networks latches, whatever address the SDP names. Default none.
     */
    readonly networks?: readonly string[];
  };
  /** Time without media from a leg before 'silent' is emitted. Default 30000 ms. */
  readonly silentAfterMs?: number;
  /** A line that sends the PBX nothing sends an empty packet at this interval. Default 15000 ms. */
  readonly keepAliveMs?: number;
  /** Time without expected audio before it is reported as one-way. Default 8000 ms. */
  readonly oneWayMs?: number;
  /** How long a PBX port stays bound after its call. Default 30000 ms. */
  readonly drainMs?: number;
  /**
   * A browser without ICE checks for this long is lost. A browser sends a check about every 5 s (the limit in
   * RFC 7675 5.1 is for the sender of the checks). Default 15000 ms.
   */
  readonly consentMs?: number;
  /** ICE and DTLS must finish within this time after the first answer. Default 20000 ms. */
  readonly connectMs?: number;
  /**
   * A worker ends a call after this time without an order from the main thread, because the main thread may
   * hang. Called when a call begins. Default a day.
   */
  readonly longestMs?: () => number;
  /** A browser's TCP connection must carry a valid ICE check within this time. Default 10000 ms. */
  readonly proofMs?: number;
  /** Whether media may be sent to a literal address in a PBX's SDP. Default all. */
  readonly allowPbxMedia?: (address: string) => boolean;
  /** Looks up the host names in a PBX's SDP (RFC 8866 5.7). Default: no name is found. */
  readonly resolveHost?: ResolveHost;
  readonly log?: EmbeddedRelayLog;
}

/** The settings of worker `index`, with `ports` as its part of the range. */
export function workerSettings(
  options: EmbeddedRelayOptions,
  { certPem, keyPem }: RelayCertificate,
  ports: readonly [number, number],
  index: number,
): WorkerSettings {
  const { addresses, browser, pbx } = options;
  return {
    listen: addresses.map(({ bind }) => bind),
    browser: { port: browser.port === 0 ? 0 : browser.port + index },
    pbx: { ports, networks: pbx.networks ?? [] },
    certPem,
    keyPem,
    silentAfterMs: options.silentAfterMs ?? 30_000,
    keepAliveMs: options.keepAliveMs ?? 15_000,
    oneWayMs: options.oneWayMs ?? 8000,
    drainMs: options.drainMs ?? 30_000,
    consentMs: options.consentMs ?? 15_000,
    connectMs: options.connectMs ?? 20_000,
    proofMs: options.proofMs ?? 10_000,
  };
}

/** Splits a port range among workers. Each part begins at an even port. */
export function portRanges(ports: readonly [number, number], workers: number): [number, number][] {
  const first = ports[0] + (ports[0] & 1);
  const pairs = Math.floor((ports[1] - first + 1) / 2);
  if (workers < 1 || pairs < workers) throw new RangeError('fewer port pairs than media workers');
  return Array.from({ length: workers }, (_, i) => {
    const from = Math.floor((pairs * i) / workers);
    const to = Math.floor((pairs * (i + 1)) / workers);
    return [first + from * 2, first + to * 2 - 1];
  });
}
