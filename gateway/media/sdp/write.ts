// Writes the SDP of both sides. A browser gets WebRTC with one ICE-lite, DTLS-passive transport (RFC 8829,
// RFC 8843); a PBX gets plain RTP/AVP.

import { isIPv6 } from 'node:net';
import { type MediaDescription, type SessionDescription, write } from 'sdp-transform';
import type { Codec, MediaKind } from './codecs.ts';
import type { Fingerprint, IceCredentials } from './plan.ts';
import type { Direction } from './read.ts';

/** The profile between the PBX and the gateway on a line. */
export type RtpProfile = 'RTP/AVP' | 'RTP/AVPF';

/** A carried m= line. */
export interface LineText {
  readonly kind: MediaKind;
  readonly mid: string;
  readonly codecs: readonly Codec[];
  readonly direction: Direction;
  readonly ptime: number | undefined;
  readonly maxptime: number | undefined;
  /** The gateway's port toward the PBX. */
  readonly port: number;
  /** Toward the PBX. */
  readonly profile: RtpProfile;
}

/** An m= line that only keeps its place. */
export interface RefusedText {
  readonly type: string;
  readonly protocol: string;
  readonly payloads: string;
  readonly mid: string;
}

export interface SdpOrigin {
  readonly id: number;
  readonly version: number;
}

export type Candidates = NonNullable<MediaDescription['candidates']>;

export interface BrowserSide {
  readonly address: string;
  readonly port: number;
  readonly candidates: Candidates;
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
  readonly setup: 'passive' | 'actpass';
  readonly bundled: boolean;
}

export function isRefused(line: LineText | RefusedText): line is RefusedText {
  return 'payloads' in line;
}

export function writeForPbx(
  lines: readonly (LineText | RefusedText)[],
  origin: SdpOrigin,
  announce: string,
): string {
  return write({
    ...envelope(origin, announce),
    connection: connection(announce),
    media: lines.map(line =>
      isRefused(line) ? refused(line) : { ...coded(line), port: line.port, protocol: line.profile },
    ),
  });
}

export function writeForBrowser(
  lines: readonly (LineText | RefusedText)[],
  origin: SdpOrigin,
  side: BrowserSide,
): string {
  const { address } = side;
  const mids = lines.filter(line => !isRefused(line)).map(line => line.mid);
  const transport = {
    connection: connection(address),
    rtcpMux: 'rtcp-mux' as const,
    iceUfrag: side.ice.ufrag,
    icePwd: side.ice.password,
    fingerprint: { type: side.fingerprint.hash, hash: side.fingerprint.value },
    setup: side.setup,
    candidates: side.candidates,
    endOfCandidates: 'end-of-candidates' as const,
  };
  return write({
    ...envelope(origin, address),
    ...(side.bundled && mids.length > 0 ? { groups: [{ type: 'BUNDLE', mids: mids.join(' ') }] } : {}),
    icelite: 'ice-lite',
    media: lines.map(line =>
      isRefused(line)
        ? {
            ...refused(line),
            ...(line.mid !== '' && { mid: line.mid }),
            connection: connection('0.0.0.0'),
            direction: 'inactive',
          }
        : {
            ...coded(line),
            ...transport,
            port: side.port,
            protocol: 'UDP/TLS/RTP/SAVPF',
            mid: line.mid,
            // One stream for all lines, so that a page has event.streams[0] and lip sync.
            msid: [{ id: 'pbx', appdata: `pbx-${line.mid}` }],
          },
    ),
  });
}

/** Where browsers reach the relay: an address with its ports. */
export interface CandidateAddress {
  readonly ip: string;
  readonly port: number;
  readonly tcpPort: number;
}

/** Host candidates, the first place preferred (RFC 8445 5.1.2.1). TCP has a lower priority than UDP. */
export function hostCandidates(candidateAddresses: readonly CandidateAddress[]): Candidates {
  const udp = candidateAddresses.map(({ ip, port }, i) => ({
    foundation: String(i + 1),
    component: 1,
    transport: 'udp',
    priority: 126 * 0x1000000 + (65535 - i) * 0x100 + 255,
    ip,
    port,
    type: 'host',
  }));
  const tcp = candidateAddresses.map(({ ip, tcpPort }, i) => ({
    foundation: String(candidateAddresses.length + i + 1),
    component: 1,
    transport: 'tcp',
    // RFC 6544 4.2: the direction of a passive host candidate counts 4.
    priority: 90 * 0x1000000 + (4 * 0x2000 + 0x1fff - i) * 0x100 + 255,
    ip,
    port: tcpPort,
    type: 'host',
    tcptype: 'passive',
  }));
  return [...udp, ...tcp];
}

export function envelope(origin: SdpOrigin, address: string): Omit<SessionDescription, 'media'> {
  return {
    version: 0,
    origin: {
      username: '-',
      sessionId: origin.id,
      sessionVersion: origin.version,
      netType: 'IN',
      ipVer: isIPv6(address) ? 6 : 4,
      address,
    },
    name: '-',
    timing: { start: 0, stop: 0 },
  };
}

export function connection(ip: string): { version: number; ip: string } {
  return { version: isIPv6(ip) ? 6 : 4, ip };
}

export function coded(
  line: Omit<LineText, 'mid' | 'port' | 'profile'>,
): Omit<MediaDescription, 'port' | 'protocol'> {
  const { codecs } = line;
  return {
    type: line.kind,
    payloads: codecs.map(codec => codec.type).join(' '),
    rtp: codecs.map(({ type, name, rate, channels }) => ({
      payload: type,
      codec: name,
      rate,
      ...(channels > 1 ? { encoding: channels } : {}),
    })),
    fmtp: codecs.flatMap(({ type, config }) => (config === null ? [] : [{ payload: type, config }])),
    rtcpFb: codecs.flatMap(({ type, feedback }) =>
      feedback.map(value => {
        const [name = '', subtype] = value.split(' ');
        return { payload: type, type: name, ...(subtype === undefined ? {} : { subtype }) };
      }),
    ),
    direction: line.direction,
    ...(line.ptime === undefined ? {} : { ptime: line.ptime }),
    ...(line.maxptime === undefined ? {} : { maxptime: line.maxptime }),
  };
}

function refused({ type, protocol, payloads }: RefusedText): MediaDescription {
  return { type, port: 0, protocol, payloads, rtp: [], fmtp: [] };
}
