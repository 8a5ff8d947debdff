// Reads an SDP offer and selects what this PBX supports (RFC 3264 6): one audio codec, G.711 first, and one video codec
// to send back. Never throws on a peer's text.

import { isIP } from 'node:net';
import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import type { Remote } from './media/rtp-port.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One accepted media section. */
export interface AcceptedMedia {
  readonly index: number;
  readonly remote: Remote;
  /** In upper case. */
  readonly codec: string;
  readonly payloadType: number;
  readonly clockRate: number;
  /** As in the offer: `opus/48000/2`. */
  readonly rtpmap: string;
  readonly fmtp?: string | undefined;
  readonly eventType?: number | undefined;
  /** Supported feedback (RFC 4585), as in the offer. */
  readonly feedback: readonly string[];
  /** Our direction, the opposite of theirs. */
  readonly direction: Direction;
}

export interface Offer {
  /** All sections in order: the answer must have the same number (RFC 3264 6). */
  readonly sections: readonly {
    readonly type: string;
    readonly protocol: string;
    readonly payloads: string;
  }[];
  readonly audio?: AcceptedMedia | undefined;
  readonly video?: AcceptedMedia | undefined;
}

const g711 = ['PCMU', 'PCMA'];
const maxSections = 16;

/** `undefined` if the text is not an SDP offer that can be answered. */
export function readOffer(sdp: string): Offer | undefined {
  const session = parsed(sdp);
  if (!session?.media || session.media.length === 0 || session.media.length > maxSections) return undefined;
  const take = (type: string, codecs: readonly string[]): AcceptedMedia | undefined => {
    for (const [index, media] of session.media.entries()) {
      const accepted = media.type === type ? takeSection(session, media, index, codecs) : undefined;
      if (accepted) return accepted;
    }
    return undefined;
  };
  return {
    sections: session.media.map(({ type, protocol, payloads }) => ({
      type,
      protocol,
      payloads: payloads ?? '0',
    })),
    audio: take('audio', g711) ?? take('audio', ['OPUS', 'G722']),
    video: take('video', ['VP8', 'H264']),
  };
}

function takeSection(
  session: SessionDescription,
  media: MediaDescription,
  index: number,
  codecs: readonly string[],
): AcceptedMedia | undefined {
  // Encryption is not supported, neither DTLS nor SDES.
  if (media.port === 0 || !/^RTP\/AVPF?$/.test(media.protocol)) return undefined;
  const address = String(media.connection?.ip ?? session.connection?.ip);
  if (isIP(address) === 0) return undefined;
  const format = formats(media).find(({ codec }) => codecs.includes(codec));
  if (!format) return undefined;
  const event = formats(media).find(({ codec, clockRate }) => {
    return codec === 'TELEPHONE-EVENT' && clockRate === format.clockRate;
  });
  const feedback = (media.rtcpFb ?? [])
    .filter(({ payload }) => String(payload) === '*' || Number(payload) === format.payloadType)
    .map(({ type, subtype }) => (subtype ? `${type} ${subtype}` : type));
  const fmtp = media.fmtp?.find(({ payload }) => payload === format.payloadType);
  const unreachable = address === '0.0.0.0' || address === '::';
  return {
    ...format,
    index,
    remote: { address, port: media.port, rtcpPort: media.rtcp?.port ?? media.port + 1 },
    fmtp: fmtp && String(fmtp.config),
    eventType: event?.payloadType,
    feedback: feedback.filter(item => item === 'nack pli' || item === 'ccm fir'),
    // RFC 3264 8.4: an address of zeros is the old form of hold.
    direction: mirrored(unreachable ? 'sendonly' : (media.direction ?? session.direction ?? 'sendrecv')),
  };
}

interface Format {
  readonly codec: string;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly rtpmap: string;
}

/** The formats of a section, in the offerer's order of preference. */
function formats({ payloads, rtp }: MediaDescription): Format[] {
  // sdp-transform converts numeric text to a number, although its types say string.
  return String(payloads ?? '')
    .split(' ')
    .flatMap(text => {
      const payloadType = Number(text);
      const map = rtp.find(({ payload }) => payload === payloadType) ?? wellKnown.get(payloadType);
      if (!map || !Number.isInteger(payloadType) || payloadType > 127) return [];
      const clockRate = map.rate ?? 8000;
      const rtpmap = [map.codec, clockRate, map.encoding].filter(part => part !== undefined).join('/');
      return [{ codec: String(map.codec).toUpperCase(), payloadType, clockRate, rtpmap }];
    });
}

/** RFC 3551 6: payload types that need no rtpmap. */
const wellKnown = new Map<number, { codec: string; rate: number; encoding?: number }>([
  [0, { codec: 'PCMU', rate: 8000 }],
  [8, { codec: 'PCMA', rate: 8000 }],
  [9, { codec: 'G722', rate: 8000 }],
]);

function mirrored(direction: string): Direction {
  if (direction === 'sendonly') return 'recvonly';
  if (direction === 'recvonly') return 'sendonly';
  return direction === 'inactive' ? 'inactive' : 'sendrecv';
}

function parsed(sdp: string): SessionDescription | undefined {
  try {
    return parse(sdp);
  } catch {
    return undefined;
  }
}
