// The text of a session description taken apart into its sections (RFC 8866 5): the session's own lines, then those of
// each m= line. Tolerant: a line that cannot be read costs itself, and a broken m= line keeps its place. What a value
// means is read elsewhere, from here alone.

import { MediaError } from '../relay.ts';

/** Lines of the session, or of one m= line. */
export interface Section {
  /** Values of c=. */
  readonly connections: readonly string[];
  /** Values by name, which is in lower case; the empty string for a flag. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

export interface MediaSection extends Section {
  /** In lower case; empty when the line says nothing. */
  readonly type: string;
  /** Null when it is no port. */
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
/** A browser with sound, picture and all its codecs writes some 200. */
const maxLines = 1024;

/** Of a section. One is usual, and layers by multicast have one each (RFC 8866 5.7); each is held against the fence. */
const maxConnections = 8;

/** What no line may hold; a tab is a blank. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

export function readDescription(sdp: string): Description {
  if (sdp.length > maxCharacters) throw new MediaError('the SDP is too long', 400, 'too-large');
  // RFC 8866 5: a lone LF ends a line too. A lone CR does so in old devices.
  const lines = withoutPadding(sdp).split(/\r\n|\n|\r/, maxLines + 1);
  if (lines.length > maxLines) throw new MediaError('the SDP has too many lines', 400, 'too-large');
  const session = openSection();
  const media: MediaSection[] = [];
  let section = session;
  for (const line of lines) {
    // Blanks around a line, and the byte order mark before the first one, mean nothing.
    const text = line.trim();
    if (text.charCodeAt(1) !== EQUALS) continue;
    const type = text.charAt(0).toLowerCase();
    // RFC 3264 5: exactly one description; what follows it is left out.
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

/** The words of a value, which single blanks should divide, and others may. */
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
  // In the order in which they were said last: a direction that is said again counts again.
  attributes.delete(name);
  attributes.set(name, values);
}

/** RFC 8866 5.14: `<media> <port>["/" <number of ports>] <proto> <fmt> ...`; of several ports the first one counts. */
function readMediaLine(value: string): Pick<MediaSection, 'type' | 'port' | 'protocol' | 'formats'> {
  const [type = '', port = '', protocol = '', ...formats] = wordsOf(value);
  return { type: type.toLowerCase(), port: portOf(port.split('/', 1)[0]), protocol, formats };
}

/** Some programs send the end of their string along. */
function withoutPadding(sdp: string): string {
  let end = sdp.length;
  while (end > 0 && sdp.charCodeAt(end - 1) === 0) end--;
  return sdp.slice(0, end);
}

/** Null for what is no port. */
export function portOf(text: string | undefined): number | null {
  const port = Number(text);
  return text !== undefined && /^\d{1,8}$/.test(text) && port <= 65_535 ? port : null;
}
