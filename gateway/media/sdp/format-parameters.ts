// The parameters of a codec (a=fmtp), which are forwarded to the other side: `name=value`, and the lists of
// digits of telephone-event. Other parameters are left out. If such a parameter identifies the codec, the
// codec is left out.

const maxParameter = 512;
const maxAll = 1024;

/** Without these, H.264 would be another codec (RFC 6184 8.2.2). */
const telling = /^(?:profile-level-id|packetization-mode)\b/i;

/**
 * Null when there are none; undefined when an unusable parameter identifies the codec. Of a repeated
 * parameter the first counts.
 */
export function formatParameters(lines: readonly string[], codec: string): string | null | undefined {
  const parameters = new Map<string, string>();
  let length = 0;
  for (const parameter of lines.join(';').split(';').map(tidy)) {
    const name = parameter.split('=', 1)[0]?.toLowerCase() ?? '';
    if (parameter === '' || parameters.has(name)) continue;
    if (isPlain(parameter) && length + parameter.length < maxAll) {
      parameters.set(name, parameter);
      length += parameter.length + 1;
    } else if (codec === 'H264' && telling.test(parameter)) return undefined;
  }
  return parameters.size === 0 ? null : [...parameters.values()].join(';');
}

/** `name = value` and `name=value` are the same. */
function tidy(parameter: string): string {
  const [name = '', ...rest] = parameter.split('=');
  return rest.length === 0 ? name.trim() : `${name.trim()}=${rest.join('=').trim()}`;
}

/** Digits, ranges, base64. The value is forwarded unchanged, so nothing else is allowed. */
function isPlain(parameter: string): boolean {
  return parameter.length <= maxParameter && /^[\w=,.+/ -]*$/.test(parameter);
}
