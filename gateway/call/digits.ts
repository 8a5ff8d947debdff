// Digits of the keypad in INFO (draft-kaplan-dispatch-info-dtmf-package, section 4.2), for PBXs that take no
// telephone-event (RFC 4733). What a page sends is read, and written anew.

export interface Digit {
  readonly signal: string;
  readonly ms: number;
}

const SIGNAL = /^[0-9*#A-D]$/i;
const USUAL_MS = 160;
const LONGEST_MS = 5_000;
const LONGEST_BODY = 200;

/** `type` is `application/dtmf-relay` or `application/dtmf`. Undefined for what is no digit. */
export function readDigit(type: string, body: string): Digit | undefined {
  if (body.length > LONGEST_BODY) return undefined;
  if (type === 'application/dtmf') return digitOf(body.trim(), undefined);
  const values = new Map<string, string>();
  for (const line of body.split(/\r?\n/)) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return digitOf(values.get('signal') ?? '', values.get('duration'));
}

export function writeDigit({ signal, ms }: Digit): string {
  return `Signal=${signal}\r\nDuration=${ms}\r\n`;
}

function digitOf(signal: string, duration: string | undefined): Digit | undefined {
  if (!SIGNAL.test(signal)) return undefined;
  const ms = Number(duration ?? USUAL_MS);
  return { signal: signal.toUpperCase(), ms: ms >= 40 && ms <= LONGEST_MS ? Math.round(ms) : USUAL_MS };
}
