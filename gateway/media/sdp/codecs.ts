// Which codecs the relay carries, and when two descriptions name the same codec (RFC 3264 6.1, RFC 6184
// 8.2.2). Payload types are names that each side chooses; the two sides agree on codecs. A codec that a line
// describes wrongly is skipped.

import { type MediaSection, valuesOf, wordsOf } from './description.ts';
import { formatParameters } from './format-parameters.ts';
import { shown } from './read.ts';

export type MediaKind = 'audio' | 'video';

export interface Codec {
  readonly type: number;
  readonly name: string;
  readonly rate: number;
  readonly channels: number;
  readonly config: string | null;
  /** Values of a=rtcp-fb, such as `nack pli`. */
  readonly feedback: readonly string[];
}

interface Carried {
  readonly kind: MediaKind;
  readonly name: string;
  /** The first is the default. */
  readonly rates: readonly number[];
  readonly channels: number;
}

/** By lower-case name; the names have the spelling that is written into SDP. */
const carried: ReadonlyMap<string, Carried> = new Map(
  (
    [
      ['audio', 'opus', [48000], 2],
      // RFC 3551 4.5.2: its clock rate is 8000 for historical reasons. Some peers write the true rate.
      ['audio', 'G722', [8000, 16000], 1],
      ['audio', 'PCMU', [8000], 1],
      ['audio', 'PCMA', [8000], 1],
      ['audio', 'telephone-event', [8000, 48000], 1],
      ['audio', 'G729', [8000], 1],
      ['video', 'VP8', [90000], 1],
      ['video', 'H264', [90000], 1],
    ] as const
  ).map(([kind, name, rates, channels]) => [name.toLowerCase(), { kind, name, rates, channels }]),
);

/** RFC 3551 6: the meaning of these numbers without a=rtpmap. Those that are not carried are for the log. */
const statics: ReadonlyMap<number, string> = new Map([
  ...([
    [0, 'PCMU'],
    [3, 'GSM'],
    [4, 'G723'],
    [8, 'PCMA'],
    [9, 'G722'],
    [13, 'CN'],
    [15, 'G728'],
  ] as const),
  ...([
    [18, 'G729'],
    [26, 'JPEG'],
    [31, 'H261'],
    [34, 'H263'],
  ] as const),
]);
const feedbackCarried: ReadonlySet<string> = new Set(['nack', 'nack pli', 'ccm fir']);
const maxCodecs = 64;

/**
 * The carried codecs of an m= line, in its order of preference. `offered`: the line that is answered, if any;
 * a number without a description has its meaning there. Without `transcodes`, codecs that no browser has are
 * left out.
 */
export function codecsOf(
  media: MediaSection,
  kind: MediaKind,
  offered: readonly Codec[] = [],
  transcodes = offered.some(isTranscoded),
): Codec[] {
  const maps = rtpmapsOf(media);
  const parameters = parametersIn(media);
  const feedbacks = kind === 'video' ? feedbackIn(media) : [];
  const codecs: Codec[] = [];
  for (const type of payloadTypesOf(media)) {
    const before = offered.find(codec => codec.type === type);
    const own = parameters.get(type) ?? [];
    const map = maps.get(type) ?? statics.get(type) ?? (before ? mapOf(before) : guessed(own));
    const named = map === undefined ? undefined : codecNamed(map, kind);
    if (named === undefined || (isTranscoded(named) && !transcodes)) continue;
    const config = formatParameters(own, named.name);
    if (config === undefined) continue;
    // RFC 6184 8.2.2 requires that an answer repeats the parameters of its codec. An answer without
    // parameters has those of the offer.
    const same = config === null && named.name === 'H264' && before?.name === 'H264';
    const feedback = feedbacks
      .filter(([stated]) => stated === '*' || stated === String(type))
      .map(([, value]) => value);
    const stated = { config: same ? before.config : config, feedback: [...new Set(feedback)] };
    codecs.push({ type, ...named, ...stated });
  }
  return codecs;
}

/** A peer's codecs of a line, with the peer's names: for a log. */
export function codecNamesOf(media: MediaSection): string {
  const maps = rtpmapsOf(media);
  const names = payloadTypesOf(media).map(type => maps.get(type) ?? statics.get(type) ?? String(type));
  return [...new Set(names.map(name => shown(name.split('/', 1)[0] ?? '')))].slice(0, 12).join(', ');
}

function payloadTypesOf({ formats }: MediaSection): readonly number[] {
  const types = formats.filter(format => /^\d{1,3}$/.test(format) && Number(format) <= 127).map(Number);
  return [...new Set(types)].slice(0, maxCodecs);
}

/** The first description of each payload type: `name/rate[/channels]`, without blanks. */
function rtpmapsOf(media: MediaSection): ReadonlyMap<number, string> {
  const maps = new Map<number, string>();
  for (const value of valuesOf(media, 'rtpmap')) {
    const [type = '', ...rest] = wordsOf(value);
    const map = rest.join('');
    if (/^\d{1,3}$/.test(type) && map !== '' && !maps.has(Number(type))) maps.set(Number(type), map);
  }
  return maps;
}

/**
 * A list of events, `0-15` or `0-15,66`, identifies a number that has no other description (RFC 4733 2.4.1).
 */
function guessed([parameters = '']: readonly string[]): string | undefined {
  return /^0-1[156](?:,[\d,-]{1,40})?$/.test(parameters) ? 'telephone-event' : undefined;
}

function mapOf({ name, rate, channels }: Codec): string {
  return `${name}/${rate}/${channels}`;
}

/** Undefined for a codec that is not carried or has a wrong description. */
function codecNamed(map: string, kind: MediaKind): Pick<Codec, 'name' | 'rate' | 'channels'> | undefined {
  const [name = '', rate = '', channels = ''] = map.split('/', 3);
  const known = carried.get(name.toLowerCase());
  if (known?.kind !== kind) return undefined;
  if (rate !== '' && !known.rates.some(one => String(one) === rate)) return undefined;
  // Opus always states 2 channels, whatever it carries (RFC 7587 7): Snom and others state none, or 1.
  if (known.channels === 1 && Number(channels) > 1) return undefined;
  const stated = known.name === 'G722' ? 8000 : Number(rate);
  return { name: known.name, rate: stated || known.rates[0]!, channels: known.channels };
}

/** All a=fmtp by payload type: there should be one of each, but some peers write one parameter a line. */
function parametersIn(media: MediaSection): ReadonlyMap<number, readonly string[]> {
  const parameters = new Map<number, string[]>();
  for (const value of valuesOf(media, 'fmtp')) {
    const [type = '', ...rest] = wordsOf(value);
    if (!/^\d{1,3}$/.test(type)) continue;
    const known = parameters.get(Number(type));
    if (known) known.push(rest.join(' '));
    else parameters.set(Number(type), [rest.join(' ')]);
  }
  return parameters;
}

/** a=rtcp-fb of the carried types, each with its payload type. */
function feedbackIn(media: MediaSection): readonly (readonly [type: string, value: string])[] {
  return valuesOf(media, 'rtcp-fb').flatMap(text => {
    const [type = '', ...words] = wordsOf(text);
    const value = words.join(' ').toLowerCase();
    return feedbackCarried.has(value) ? [[type, value] as const] : [];
  });
}

export function isEvent(codec: Codec): boolean {
  return codec.name === 'telephone-event';
}

/** Whether no browser has the codec: a relay that transcodes uses {@link inPlace} of it toward a browser. */
export function isTranscoded({ name }: Pick<Codec, 'name'>): boolean {
  return name === 'G729';
}

/** The codec that a browser gets in place of this one. */
export function inPlace(codec: Codec): Codec {
  return isTranscoded(codec)
    ? { type: 0, name: 'PCMU', rate: 8000, channels: 1, config: null, feedback: [] }
    : codec;
}

export function isSameCodec(a: Codec, b: Codec): boolean {
  if (a.name !== b.name || a.rate !== b.rate) return false;
  return a.name !== 'H264' || h264Key(a) === h264Key(b);
}

/** The member of `codecs` that equals `codec`: by its number if that matches, else by its description. */
export function findCodec(codec: Codec, codecs: readonly Codec[]): Codec | undefined {
  const numbered = codecs.find(other => other.type === codec.type);
  if (numbered !== undefined && isSameCodec(codec, numbered)) return numbered;
  return codecs.find(other => isSameCodec(codec, other));
}

/** Whether both are H.264 in the same packetization mode, with any profile. */
export function isSamePacketization(a: Codec, b: Codec): boolean {
  return a.name === 'H264' && b.name === 'H264' && packetizationMode(a) === packetizationMode(b);
}

/** RFC 6184 8.2.2: packetization-mode and the profile must be the same; the level may differ. */
function h264Key(codec: Codec): string {
  const profile = h264Parameter(codec, 'profile-level-id', '42000a');
  // Constrained baseline is written in several ways (RFC 6184 8.1, table 5).
  const idc = profile.slice(0, 2);
  const constrained = idc === '42' || idc === '4d' || idc === '58';
  const flags = Number.parseInt(profile.slice(2, 4), 16) & 0x40;
  return `${constrained && flags !== 0 ? 'cb' : idc}/${packetizationMode(codec)}`;
}

function packetizationMode(codec: Codec): string {
  return h264Parameter(codec, 'packetization-mode', '0');
}

function h264Parameter({ config }: Codec, name: string, fallback: string): string {
  const found = new RegExp(`(?:^|;)\\s*${name}=([0-9a-f]+)`, 'i').exec(config ?? '');
  return found?.[1]?.toLowerCase() ?? fallback;
}
