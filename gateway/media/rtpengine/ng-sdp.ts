// SDP toward rtpengine, and what is read from its SDP. rtpengine gets no text of a peer, and no peer gets
// text of rtpengine: each line of the call stands in the same place on both sides, with packet-related
// attributes only; media/sdp/ writes the SDP of browsers and PBXs. So what rtpengine omits (BUNDLE in older
// versions) or passes through (mid, ssrc, candidates) has no effect.

import { isIPv6 } from 'node:net';
import { type MediaDescription, parse, type SessionDescription, write } from 'sdp-transform';
import { MediaError } from '../relay.ts';
import { type Codec, isTranscoded, type MediaKind } from '../sdp/codecs.ts';
import type { Fingerprint, IceCredentials, RtpAddress } from '../sdp/plan.ts';
import type { Direction } from '../sdp/read.ts';
import { type Candidates, coded, connection, envelope } from '../sdp/write.ts';

/** A carried line, from one side of the call. */
export interface NgLine {
  readonly codecs: readonly Codec[];
  readonly direction: Direction;
  /**
   * Where the PBX receives packets; null when it is on hold, undefined on the browser's side, where ICE finds
   * the address.
   */
  readonly remote?: RtpAddress | null;
}

/** A line that is not carried at present keeps its place. */
export type NgLines = readonly { readonly kind: MediaKind; readonly line: NgLine | null }[];

/** The transport of a browser, from its SDP. */
export interface BrowserEnd {
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
}

/**
 * Nothing is ever sent to an address that a page names: the SDP has no address, and ICE checks are the only
 * way to find the browser.
 */
export function browserSdp(lines: NgLines, end: BrowserEnd, family: 4 | 6): string {
  const nowhere = family === 6 ? '::' : '0.0.0.0';
  const carried = lines.flatMap(({ line }, id) => (line ? [String(id)] : []));
  return write({
    ...envelope({ id: 1, version: 1 }, nowhere),
    groups: [{ type: 'BUNDLE', mids: carried.join(' ') }],
    media: lines.map(({ kind, line }, id) => {
      if (!line) return idle(kind, 'UDP/TLS/RTP/SAVPF', id);
      return {
        ...described(kind, line),
        port: 9,
        protocol: 'UDP/TLS/RTP/SAVPF',
        connection: connection(nowhere),
        mid: String(id),
        rtcpMux: 'rtcp-mux',
        iceUfrag: end.ice.ufrag,
        icePwd: end.ice.password,
        iceOptions: 'trickle',
        fingerprint: { type: end.fingerprint.hash, hash: end.fingerprint.value },
        // The browser begins DTLS (RFC 5763 5 lets the answerer choose; media/sdp/read.ts requires it).
        setup: 'active',
      };
    }),
  });
}

export function pbxSdp(lines: NgLines, family: 4 | 6): string {
  const nowhere = family === 6 ? '::' : '0.0.0.0';
  return write({
    ...envelope({ id: 1, version: 1 }, nowhere),
    media: lines.map(({ kind, line }, id) => {
      if (!line) return idle(kind, 'RTP/AVP', id);
      const { remote } = line;
      return {
        ...described(kind, line),
        port: remote?.port ?? 9,
        protocol: 'RTP/AVP',
        connection: connection(remote?.address ?? nowhere),
        ...(remote && {
          rtcp: {
            port: remote.rtcpPort,
            netType: 'IN',
            ipVer: isIPv6(remote.rtcpAddress) ? 6 : 4,
            address: remote.rtcpAddress,
          },
        }),
      };
    }),
  });
}

function described(
  kind: MediaKind,
  { codecs, direction }: NgLine,
): Omit<MediaDescription, 'port' | 'protocol'> {
  return coded({ kind, codecs, direction, ptime: undefined, maxptime: undefined });
}

function idle(kind: MediaKind, protocol: string, id: number): MediaDescription {
  return { type: kind, port: 0, protocol, payloads: '0', rtp: [], fmtp: [], mid: String(id) };
}

/**
 * Where rtpengine receives a PBX's packets: its address, and a port for each line, 0 for a line that it does
 * not carry.
 */
export interface PbxEnd {
  readonly address: string;
  readonly ports: readonly number[];
  /** By line: whether it can convert to and from G.729. */
  readonly transcodes: readonly boolean[];
}

export function pbxEndOf(sdp: unknown): PbxEnd {
  const session = read(sdp);
  const address = String(
    session.media.map(media => media.connection?.ip ?? session.connection?.ip).find(Boolean) ?? '',
  );
  if (!address) throw new MediaError('rtpengine names no address', 503);
  const ports = session.media.map(({ port }) => port);
  const transcodes = session.media.map(({ rtp }) => rtp.some(({ codec }) => isTranscoded({ name: codec })));
  return { address, ports, transcodes };
}

/** The transport of rtpengine, for the browser's SDP. */
export interface RelayEnd {
  readonly address: string;
  readonly port: number;
  readonly candidates: Candidates;
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
  /**
   * By line: whether it is the first line or shares the first line's port. Before rtpengine 14 every line has
   * its own port.
   */
  readonly bundled: readonly boolean[];
}

export function relayEndOf(sdp: unknown): RelayEnd {
  const session = read(sdp);
  const first = session.media.find(({ port }) => port !== 0);
  const print = first?.fingerprint ?? session.fingerprint;
  const ufrag = first?.iceUfrag ?? session.iceUfrag;
  const password = first?.icePwd ?? session.icePwd;
  if (!first || !print || !ufrag || !password) {
    throw new MediaError('rtpengine offers the browser no ICE and DTLS', 503);
  }
  const candidates = (first.candidates ?? []).filter(({ component }) => component === 1);
  return {
    address: String(first.connection?.ip ?? session.connection?.ip ?? candidates[0]?.ip ?? '0.0.0.0'),
    port: first.port,
    candidates,
    ice: { ufrag: String(ufrag), password: String(password) },
    fingerprint: { hash: String(print.type), value: String(print.hash) },
    bundled: session.media.map(({ port }) => port === first.port),
  };
}

function read(sdp: unknown): SessionDescription {
  const session = typeof sdp === 'string' && sdp.length < 65_536 ? parsed(sdp) : undefined;
  if (!session?.media.length) throw new MediaError('the answer of rtpengine has no SDP', 503);
  return session;
}

/** Catches the exceptions of sdp-transform on some invalid SDP. */
function parsed(sdp: string): SessionDescription | undefined {
  try {
    return parse(sdp);
  } catch {
    return undefined;
  }
}
