// Writes the SDP answer to an offer (RFC 3264 6): accepted sections with our ports, all others rejected.

import type { AcceptedMedia, Offer } from './offer.ts';

export interface LocalMedia {
  readonly address: string;
  /** One per call, so that a re-INVITE has a higher version of the same session. */
  readonly sessionId: number;
  readonly version: number;
  readonly audioPort?: number | undefined;
  readonly videoPort?: number | undefined;
}

export function writeAnswer(offer: Offer, local: LocalMedia): string {
  const family = local.address.includes(':') ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${local.sessionId} ${local.version} IN ${family} ${local.address}`,
    's=mysite',
    `c=IN ${family} ${local.address}`,
    't=0 0',
  ];
  for (const [index, { type, protocol, payloads }] of offer.sections.entries()) {
    if (index === offer.audio?.index && local.audioPort) {
      lines.push(...section('audio', protocol, local.audioPort, offer.audio));
    } else if (index === offer.video?.index && local.videoPort) {
      lines.push(...section('video', protocol, local.videoPort, offer.video));
    } else {
      lines.push(`m=${type} 0 ${protocol} ${payloads}`);
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

function section(type: string, protocol: string, port: number, accepted: AcceptedMedia): string[] {
  const { payloadType, rtpmap, fmtp, eventType, clockRate, feedback, direction } = accepted;
  const lines = [
    `m=${type} ${port} ${protocol} ${[payloadType, eventType].filter(value => value !== undefined).join(' ')}`,
    `a=rtpmap:${payloadType} ${rtpmap}`,
  ];
  if (fmtp) lines.push(`a=fmtp:${payloadType} ${fmtp}`);
  if (eventType !== undefined) {
    lines.push(`a=rtpmap:${eventType} telephone-event/${clockRate}`, `a=fmtp:${eventType} 0-15`);
  }
  for (const item of feedback) lines.push(`a=rtcp-fb:${payloadType} ${item}`);
  if (type === 'audio') lines.push('a=ptime:20');
  return [...lines, `a=${direction}`];
}
