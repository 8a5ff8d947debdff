// The m= lines of a call as rtpengine has them: their order, their payload types, and the addresses and ICE
// credentials in rtpengine's SDP. Bridge uses these functions; none of them keeps state.

import { MediaError } from '../relay.ts';
import type { RtpAddress } from '../sdp/plan.ts';
import { isLine, type MediaLine, type Slots } from '../sdp/slots.ts';
import type { BrowserTransport } from '../sdp/transport.ts';
import type { LineText, RefusedText } from '../sdp/write.ts';
import type { BrowserEnd, NgLines } from './ng-sdp.ts';

export function unusedAddress(family: 4 | 6): RtpAddress {
  const address = family === 6 ? '2001:db8::1' : '192.0.2.1';
  return { address, port: 9, rtcpAddress: address, rtcpPort: 9 };
}

export function endOf({ ufrag, password, fingerprint }: BrowserTransport): BrowserEnd {
  // RFC 8839 5.4.
  if (!/^[A-Za-z0-9+/]{22,256}$/.test(password)) throw new MediaError('no usable a=ice-pwd', 488, 'no-ice');
  return { ice: { ufrag, password }, fingerprint };
}

/**
 * rtpengine does not map payload types: each side gets the numbers of the other side and sends with them (RFC
 * 3264 5.1, 6.1). A converted codec has separate numbers on each side.
 */
export function numbered(text: LineText, lines: NgLines, { id }: MediaLine): LineText {
  const others = lines[id]?.line?.codecs ?? [];
  const codecs = text.codecs.map((own, index) => {
    const other = others[index];
    return other?.name === own.name ? other : own;
  });
  return { ...text, codecs };
}

/** The lines in their order at rtpengine: the order of their creation, the same on both sides. */
export function places(slots: Slots, lineOf: (line: MediaLine) => NgLines[number]['line']): NgLines {
  const lines = new Map<number, MediaLine>();
  for (const slot of [...slots.browser, ...slots.pbx]) if (isLine(slot)) lines.set(slot.id, slot);
  const count = Math.max(0, ...lines.keys()) + 1;
  return Array.from({ length: count }, (_, id) => {
    const line = lines.get(id);
    return { kind: line?.kind ?? 'audio', line: line ? lineOf(line) : null };
  });
}

/** The lines with one that carries nothing. */
export function withInactive(lines: NgLines, id: number | undefined): NgLines {
  return lines.map((entry, i) =>
    i === id && entry.line ? { ...entry, line: { ...entry.line, direction: 'inactive' } } : entry,
  );
}

/** Returns the numbers of new lines. The number of a failed offer is free again. */
export function counter(slots: Slots): () => number {
  let next = 0;
  for (const slot of [...slots.browser, ...slots.pbx]) if (isLine(slot)) next = Math.max(next, slot.id + 1);
  return () => next++;
}

export function refusal(slot: MediaLine | RefusedText): RefusedText {
  if (!isLine(slot)) return slot;
  const payloads = slot.codecs.map(codec => codec.type).join(' ') || '0';
  return { type: slot.kind, protocol: slot.profile, payloads, mid: slot.mid };
}
