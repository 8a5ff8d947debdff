// SDP toward rtpengine, and what is read out of its own. It is never given what a peer wrote, nor is what it writes
// given to a peer: each line of the call stands here in the same place on both sides, with nothing that does not
// concern packets; media/sdp/ writes what browsers and PBXs see. So all that rtpengine leaves out (BUNDLE in older
// ones) or lets through (mid, ssrc, candidates) is no matter.

import { isIPv6 } from 'node:net';
import { type MediaDescription, parse, type SessionDescription, write } from 'sdp-transform';
import { MediaError } from '../relay.ts';
import { type Codec, isTranscoded, type Kind } from '../sdp/codecs.ts';
import type { Fingerprint, IceCredentials, RtpAddress } from '../sdp/plan.ts';
import type { Direction } from '../sdp/read.ts';
import { type Candidates, coded, connection, envelope } from '../sdp/write.ts';

/** A line that is carried, as one side of the call has it. */
export interface NgLine {
  readonly codecs: readonly Codec[];
  readonly direction: Direction;
  /** Where the PBX takes its packets; null when it is on hold, undefined on the browser's side, where ICE finds out. */
  readonly remote?: RtpAddress | null;
}

/** A line that is not carried at present, or no longer, keeps its place. */
export type NgLines = readonly { readonly kind: Kind; readonly line: NgLine | null }[];

/** What a browser says of its transport. */
export interface BrowserEnd {
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
}

/** Nothing is ever sent to an address that a page names: it names none, and checks are the only way to be found. */
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
        // Who begins is settled: the browser does (RFC 5763 5 lets the answerer choose; media/sdp/read.ts asks for it).
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

function described(kind: Kind, { codecs, direction }: NgLine): Omit<MediaDescription, 'port' | 'protocol'> {
  return coded({ kind, codecs, direction, ptime: undefined, maxptime: undefined });
}

function idle(kind: Kind, protocol: string, id: number): MediaDescription {
  return { type: kind, port: 0, protocol, payloads: '0', rtp: [], fmtp: [], mid: String(id) };
}

/** Where rtpengine takes a PBX's packets: its address, and a port for each line, 0 for those that it does not carry. */
export interface PbxEnd {
  readonly address: string;
  readonly ports: readonly number[];
  /** By line: it can convert to and from G.729 for it. */
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

/** What a browser is told of rtpengine's transport. */
export interface RelayEnd {
  readonly address: string;
  readonly port: number;
  readonly candidates: Candidates;
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
  /** By line: it shares the first one's port, or is the first one. Before rtpengine 14 every line has its own. */
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
  if (!session?.media.length) throw new MediaError('rtpengine answers with no SDP', 503);
  return session;
}

/** sdp-transform throws at some of what is no SDP. */
function parsed(sdp: string): SessionDescription | undefined {
  try {
    return parse(sdp);
  } catch {
    return undefined;
  }
}
