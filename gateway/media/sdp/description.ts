// Splits the text of a session description into its sections (RFC 8866 5): the session's lines, then those of
// each m= line. Tolerant: an unreadable line is skipped, and a broken m= line keeps its place. Other files
// interpret the values, and they read SDP only through this one.

import { MediaError } from '../relay.ts';

/** Lines of the session, or of one m= line. */
export interface Section {
  /** Values of c=. */
  readonly connections: readonly string[];
  /** Values by lower-case name; the empty string for a flag. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

export interface MediaSection extends Section {
  /** In lower case; empty when the line has no type. */
  readonly type: string;
  /** Null when it is not a port. */
  readonly port: number | null;
  /** As written. */
  readonly protocol: string;
  readonly formats: readonly string[];
}

export interface Description {
  readonly session: Section;
  readonly media: readonly MediaSection[];
}

const maxCharacters = 64 * 1024;
/** A browser with audio, video and all its codecs writes about 200 lines. */
const maxLines = 1024;

/**
 * Per section. One is usual, and multicast layers have one each (RFC 8866 5.7); each is checked against the
 * fence.
 */
const maxConnections = 8;

/** Characters that a line must not contain; a tab counts as a blank. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

export function readDescription(sdp: string): Description {
  if (sdp.length > maxCharacters) throw new MediaError('the SDP is too long', 400, 'too-large');
  // RFC 8866 5: a lone LF ends a line too. Old devices use a lone CR.
  const lines = withoutPadding(sdp).split(/\r\n|\n|\r/, maxLines + 1);
  if (lines.length > maxLines) throw new MediaError('the SDP has too many lines', 400, 'too-large');
  const session = openSection();
  const media: MediaSection[] = [];
  let section = session;
  for (const line of lines) {
    // Blanks around a line, and a byte order mark before the first line, are ignored.
    const text = line.trim();
    if (text.charCodeAt(1) !== EQUALS) continue;
    const type = text.charAt(0).toLowerCase();
    // RFC 3264 5: exactly one description; anything after it is ignored.
    if (type === 'v' && media.length > 0) break;
    const value = CONTROL.test(text) ? '' : text.slice(2).trim();
    if (type === 'm') {
      section = openSection();
      media.push({ ...section, ...readMediaLine(value) });
    } else if (value === '') continue;
    else if (type === 'c') addConnection(section, value);
    else if (type === 'a') addAttribute(section, value);
  }
  if (media.length === 0) throw new MediaError('the SDP has no m= line', 400, 'malformed');
  return { session, media };
}

/** Values of an attribute, in order; none when it is absent. */
export function valuesOf(section: Section, name: string): readonly string[] {
  return section.attributes.get(name) ?? [];
}

/** The words of a value. Single blanks should separate them; other white space is accepted. */
export function wordsOf(value: string): string[] {
  return value.split(/[ \t]+/);
}

const EQUALS = 0x3d;

function openSection() {
  return { connections: [] as string[], attributes: new Map<string, string[]>() };
}

function addConnection({ connections }: ReturnType<typeof openSection>, text: string): void {
  if (connections.length < maxConnections) connections.push(text);
}

function addAttribute({ attributes }: ReturnType<typeof openSection>, text: string): void {
  const colon = text.indexOf(':');
  const name = (colon === -1 ? text : text.slice(0, colon)).trim().toLowerCase();
  const value = colon === -1 ? '' : text.slice(colon + 1).trim();
  const values = attributes.get(name) ?? [];
  values.push(value);
  // In the order of the last occurrence: a repeated direction replaces the earlier one.
  attributes.delete(name);
  attributes.set(name, values);
}

/**
 * RFC 8866 5.14: `<media> <port>["/" <number of ports>] <proto> <fmt> ...`; of several ports the first one
 * counts.
 */
function readMediaLine(value: string): Pick<MediaSection, 'type' | 'port' | 'protocol' | 'formats'> {
  const [type = '', port = '', protocol = '', ...formats] = wordsOf(value);
  return { type: type.toLowerCase(), port: portOf(port.split('/', 1)[0]), protocol, formats };
}

/** Some programs send the terminating zero of their string. */
function withoutPadding(sdp: string): string {
  let end = sdp.length;
  while (end > 0 && sdp.charCodeAt(end - 1) === 0) end--;
  return sdp.slice(0, end);
}

/** Null for a text that is not a port. */
export function portOf(text: string | undefined): number | null {
  const port = Number(text);
  return text !== undefined && /^\d{1,8}$/.test(text) && port <= 65_535 ? port : null;
}
