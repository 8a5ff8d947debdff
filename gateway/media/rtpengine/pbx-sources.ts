// Where the RTP of a PBX comes from at an rtpengine (RFC 7362). While a PBX sends nothing, rtpengine's own
// learning accepts packets of any host. Therefore learning is off, and rtpengine accepts only the address and
// port that it has for a line. When it drops packets of a line and accepts none, source-probe.ts makes it
// learn for a moment in which the line carries nothing, and the rule of the embedded relay (latch.ts) decides
// whether what it has learned is the PBX. Must not depend on requests.

import { type BlockList, isIPv6 } from 'node:net';
import { Latch, latchNetworks, type TransportAddress } from '../latch.ts';
import type { RtpAddress } from '../sdp/plan.ts';
import { unusedAddress, withInactive } from './ng-lines.ts';
import type { NgLines } from './ng-sdp.ts';
import type { StreamState } from './statistics.ts';

/**
 * The port for a probe. No PBX sends from it, and it is never the port of a line: rtpengine ignores the mode of
 * learning in an answer that repeats the address.
 */
const probePort = 7;

/** The pause after a probe without a result, doubled after each: a probe interrupts the sound to the PBX. */
const firstPauseMs = 1000;
const longestPauseMs = 8000;

interface LineSource {
  readonly latch: Latch;
  /** From the SDP of the PBX, as last agreed. */
  signalled: RtpAddress | null;
  packets: number;
  dropped: number;
  /** Since the state before. */
  growth: 'none' | 'accepted' | 'dropped';
  pauseMs: number;
  probeAt: number;
  probes: number;
}

export class PbxSources {
  readonly #networks: BlockList | null;
  /** Configured single addresses: rtpengine prefers the address that its SDP names. */
  readonly #hosts: readonly string[];
  readonly #lines = new Map<number, LineSource>();

  constructor(networks: readonly string[]) {
    this.#networks = latchNetworks(networks);
    this.#hosts = networks.flatMap(network => /^(.*)\/(?:32|128)$/.exec(network)?.[1] ?? []);
  }

  /** Whether a line needs to be looked at again soon. */
  get unsettled(): boolean {
    return [...this.#lines.values()].some(({ latch, growth }) => latch.expects && growth !== 'accepted');
  }

  /** Takes the addresses of a new description. The source of an address that is the same stays. */
  agreed(lines: NgLines, now: number): void {
    for (const [id, { line }] of lines.entries()) {
      const remote = line?.remote ?? null;
      const source = this.#lines.get(id) ?? this.#open(id);
      // On hold, a PBX may still play music from its earlier address.
      if (remote === null || isSame(source.signalled, remote)) continue;
      source.signalled = remote;
      source.latch.expect(remote, remote.fenced !== true, now);
      source.pauseMs = firstPauseMs;
      source.probeAt = 0;
      source.growth = 'none';
    }
  }

  /** The lines as rtpengine gets them. `probed`: the line for which it learns. */
  placed(lines: NgLines, probed?: number): NgLines {
    // Nothing is sent or passed on during a probe.
    return withInactive(lines, probed).map((entry, id) => {
      const source = this.#lines.get(id);
      if (!entry.line || !source) return entry;
      const remote = this.#addressOf(source);
      if (id !== probed) return { ...entry, line: { ...entry.line, remote } };
      const learned = remote && { ...remote, address: this.#probedHost(source), port: probePort };
      // RTCP keeps its address, and with it its mode of learning.
      return { ...entry, line: { ...entry.line, remote: learned } };
    });
  }

  /** Another rtpengine has the call, and counts from zero. */
  moved(): void {
    for (const source of this.#lines.values()) {
      source.packets = 0;
      source.dropped = 0;
    }
  }

  /** Compares the counters with the last ones. Returns a line whose source has to be found. */
  update(streams: readonly StreamState[], now: number): number | undefined {
    let suspect: number | undefined;
    for (const { line, packets, dropped } of streams) {
      const source = this.#lines.get(line);
      if (!source) continue;
      source.growth = packets > source.packets ? 'accepted' : dropped > source.dropped ? 'dropped' : 'none';
      source.packets = packets;
      source.dropped = dropped;
      if (source.growth === 'accepted') source.pauseMs = firstPauseMs;
      if (source.growth === 'dropped' && source.latch.expects && now >= source.probeAt) suspect ??= line;
    }
    return suspect;
  }

  /** rtpengine has learned `from`. Returns whether that is the PBX. */
  learned(line: number, from: TransportAddress, now: number): boolean {
    const latch = this.#lines.get(line)?.latch;
    return latch !== undefined && from.port !== probePort && latch.accepts(from.address, from.port, now);
  }

  /** The counters after a probe: its packets are no reason for another one. */
  probed(line: number, state: StreamState | undefined, found: boolean, now: number): void {
    const source = this.#lines.get(line);
    if (!source) return;
    source.packets = state?.packets ?? source.packets;
    source.dropped = state?.dropped ?? source.dropped;
    source.probes++;
    source.probeAt = found ? now : now + source.pauseMs;
    source.pauseMs = found ? firstPauseMs : Math.min(longestPauseMs, source.pauseMs * 2);
  }

  #open(id: number): LineSource {
    const source: LineSource = {
      latch: new Latch(this.#networks),
      signalled: null,
      packets: 0,
      dropped: 0,
      growth: 'none',
      pauseMs: firstPauseMs,
      probeAt: 0,
      probes: 0,
    };
    this.#lines.set(id, source);
    return source;
  }

  /** Until a PBX behind NAT is found, an address that receives nothing. */
  #addressOf({ signalled, latch }: LineSource): RtpAddress | null {
    if (signalled === null) return null;
    const target = latch.target;
    if (target === null) return unusedAddress(isIPv6(signalled.address) ? 6 : 4);
    if (!latch.elsewhere) return signalled;
    // rtpengine learns no source of RTCP: the next port is the usual one (RFC 3550 11).
    return { ...target, rtcpAddress: target.address, rtcpPort: Math.min(target.port + 1, 65_535) };
  }

  #probedHost({ signalled, probes }: LineSource): string {
    if (signalled?.fenced !== true) return signalled?.address ?? '';
    const family = isIPv6(signalled.address) ? 6 : 4;
    const hosts = this.#hosts.filter(host => isIPv6(host) === (family === 6));
    return hosts[probes % hosts.length] ?? unusedAddress(family).address;
  }
}

function isSame(one: RtpAddress | null, other: RtpAddress): boolean {
  return (
    one !== null &&
    one.address === other.address &&
    one.port === other.port &&
    one.rtcpAddress === other.rtcpAddress &&
    one.rtcpPort === other.rtcpPort
  );
}
