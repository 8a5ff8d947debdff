// Which codecs cross the relay, and when two descriptions name the same one (RFC 3264
// 6.1, RFC 6184 8.2.2). Payload types are names each side picks; codecs are what agree.

import type { MediaDescription } from 'sdp-transform';

export type Kind = 'audio' | 'video';

export interface Codec {
  readonly type: number;
  readonly name: string;
  readonly rate: number;
  readonly channels: number;
  readonly config: string | null;
  /** Values of a=rtcp-fb, as `nack pli`. */
  readonly feedback: readonly string[];
}

/** RFC 3551: what these numbers mean without a=rtpmap. */
const statics: ReadonlyMap<number, readonly [string, number]> = new Map([
  [0, ['PCMU', 8000]],
  [8, ['PCMA', 8000]],
  [9, ['G722', 8000]],
]);
const carried: Readonly<Record<Kind, ReadonlySet<string>>> = {
  audio: new Set([
    'opus/48000',
    'g722/8000',
    'pcmu/8000',
    'pcma/8000',
    'telephone-event/8000',
    'telephone-event/48000',
  ]),
  video: new Set(['vp8/90000', 'h264/90000']),
};
const feedbackCarried: ReadonlySet<string> = new Set(['nack', 'nack pli', 'ccm fir']);
const maxCodecs = 64;
const maxConfig = 1024;

/** The codecs of an m= line that cross, in its order of preference. Malformed ones are not among them. */
export function codecsOf(media: MediaDescription, kind: Kind): Codec[] {
  const codecs: Codec[] = [];
  for (const text of String(media.payloads ?? '').split(' ', maxCodecs)) {
    const type = Number(text);
    if (!/^\d+$/.test(text) || type > 127 || codecs.some(codec => codec.type === type)) continue;
    const map = media.rtp.find(rtp => rtp.payload === type);
    const [name, rate] =
      map === undefined ? (statics.get(type) ?? ['', 0]) : [String(map.codec), map.rate ?? 0];
    if (!carried[kind].has(`${name.toLowerCase()}/${rate}`)) continue;
    const config = media.fmtp.find(fmtp => fmtp.payload === type)?.config;
    if (config !== undefined && !isPlain(String(config))) continue;
    const feedback = (media.rtcpFb ?? [])
      .filter(fb => fb.payload === type || fb.payload === '*')
      .map(fb => (fb.subtype === undefined ? fb.type : `${fb.type} ${fb.subtype}`))
      .filter(value => kind === 'video' && feedbackCarried.has(value));
    codecs.push({
      type,
      name,
      rate,
      channels: Number(map?.encoding ?? 1),
      config: config === undefined ? null : String(config),
      feedback: [...new Set(feedback)],
    });
  }
  return codecs;
}

/** What codecs say of themselves: parameters, digits, ranges, base64. It crosses as it is, so it may be no more. */
function isPlain(config: string): boolean {
  return config.length <= maxConfig && /^[\w;=,.+/ -]*$/.test(config);
}

export function isEvent(codec: Codec): boolean {
  return codec.name.toLowerCase() === 'telephone-event';
}

export function isSameCodec(a: Codec, b: Codec): boolean {
  const name = a.name.toLowerCase();
  if (name !== b.name.toLowerCase() || a.rate !== b.rate) return false;
  if (name === 'h264') return h264Key(a) === h264Key(b);
  return name === 'telephone-event' || a.channels === b.channels;
}

/** The one of `codecs` that `codec` means: by its number if that fits, by what it is otherwise. */
export function findCodec(codec: Codec, codecs: readonly Codec[]): Codec | undefined {
  const numbered = codecs.find(other => other.type === codec.type);
  if (numbered !== undefined && isSameCodec(codec, numbered)) return numbered;
  return codecs.find(other => isSameCodec(codec, other));
}

/** RFC 6184 8.2.2: packetization-mode and the profile must be the same; the level may differ. */
function h264Key(codec: Codec): string {
  const value = (name: string, otherwise: string) =>
    new RegExp(`(?:^|;)\\s*${name}=([0-9a-f]+)`, 'i').exec(codec.config ?? '')?.[1]?.toLowerCase() ??
    otherwise;
  const profile = value('profile-level-id', '42000a');
  // Constrained baseline is written in several ways (RFC 6184 8.1, table 5).
  const idc = profile.slice(0, 2);
  const constrained = idc === '42' || idc === '4d' || idc === '58';
  const flags = Number.parseInt(profile.slice(2, 4), 16) & 0x40;
  return `${constrained && flags !== 0 ? 'cb' : idc}/${value('packetization-mode', '0')}`;
}
