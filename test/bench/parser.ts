// How much SIP text one core reads and writes: a typical INVITE through the parser, the sanity check
// and the serializer.

import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { checkRequest } from '../../gateway/engine/message/sanity.ts';
import { serialize } from '../../gateway/engine/message/serialize.ts';

const INVITE = Buffer.from(
  [
    'INVITE sip:director@pbx.example.com;transport=udp SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds9f8s7df;rport',
    'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;received=198.51.100.7',
    'Max-Forwards: 69',
    'From: "Visitor" <sip:anonymous@gateway.example.com>;tag=fyuknmrs34',
    'To: <sip:director@pbx.example.com>',
    'Call-ID: asidkj3ss0a9s8d7f6g5h4j3k2l1@gateway.example.com',
    'CSeq: 1 INVITE',
    'Contact: <sip:192.0.2.10:5060;transport=udp>',
    'Allow: INVITE, ACK, CANCEL, BYE, UPDATE, INFO, PRACK, OPTIONS',
    'Supported: timer, replaces',
    'User-Agent: sip-call',
    'Content-Type: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
);

/** Messages per CPU-second; each figure is the best of five runs of `count`. */
export async function benchParser(count = 40_000): Promise<{ name: string; value: number; unit: string }[]> {
  const message = parseMessage(INVITE);
  if (message.kind !== 'request') throw new Error('The benchmark message does not parse');
  return [
    measure('parse', count, () => parseMessage(INVITE)),
    measure('serialize', count, () => serialize(message)),
    measure('parse + check', count, () => checkRequest(message) ?? parseMessage(INVITE)),
    measure('parse + serialize', count, () => serialize(parseMessage(INVITE) as SipMessage)),
  ].map(({ name, value }) => ({
    name: `INVITE of ${INVITE.length} bytes: ${name}`,
    value,
    unit: 'per CPU-second',
  }));
}

function measure(name: string, count: number, work: () => unknown): { name: string; value: number } {
  let best = 0;
  for (let run = 0; run < 5; run++) {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) work();
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, count / ((user + system) / 1e6));
  }
  return { name, value: Math.round(best) };
}
