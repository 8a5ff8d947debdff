// A PBX with hostile answers, selected by the called user; and victims that call these users, so that the
// answers reach a valid set-up. Never a PBX of the good calls.

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { pace } from '../../bench/attack/pace.ts';
import { PlainBrowser } from '../../bench/plain-browser.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { SDP } from '../../support/signalling-gateway.ts';
import type { SiegeAttack } from '../siege-attack.ts';
import type { AttackTally } from '../tally.ts';
import { hostileContacts, hostileHeaders, hostileReasons } from './hostile-text.ts';
import { mutatedSdp } from './sdp.ts';

const VICTIM_WAITS_MS = 4_000;
/** Longest datagram. */
const MOST_BYTES = 65_000;

interface HostileAnswer {
  /** The text after `SIP/2.0 `. */
  readonly status: string;
  readonly contact?: string;
  readonly headers?: readonly string[];
  readonly sdp?: string;
}

let turn = 0;
const pick = <T>(choices: readonly T[]): T => choices[turn++ % choices.length]!;
const sdp = mutatedSdp(SDP, 3264);
const finals = ['200 OK', '486 Busy Here', '183 Session Progress'];

/** By called user. */
const manners: Readonly<Record<string, () => readonly HostileAnswer[]>> = {
  reasons: () => [{ status: pick(hostileReasons), sdp: SDP }],
  headers: () => [{ status: pick(finals), headers: pick(hostileHeaders), sdp: SDP }],
  contacts: () => [{ status: '200 OK', contact: pick(hostileContacts), sdp: SDP }],
  sdp: () => [
    { status: '183 Session Progress', sdp: sdp() },
    { status: '183 Session Progress', sdp: sdp() },
    { status: '200 OK', sdp: sdp() },
  ],
  bye: () => [{ status: '200 OK', sdp: SDP }],
  flooded: () => [{ status: '180 Ringing' }, { status: '486 Busy Here' }],
};

const tallies = new Map<string, AttackTally>();

/** Answers until the process ends. */
export async function startHostilePbx(address: string, port: number): Promise<void> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
  socket.on('error', () => {});
  socket.bind(port, address);
  await once(socket, 'listening');
  const contact = `<sip:pbx@${address}:${port}>`;
  const send = (text: string, peer: RemoteInfo) =>
    socket.send(Buffer.from(text).subarray(0, MOST_BYTES), peer.port, peer.address, () => {});
  const invites = new Map<string, string>();

  socket.on('message', (bytes, peer) => {
    const text = bytes.toString('utf8');
    const method = text.slice(0, text.indexOf(' '));
    if (method === 'SIP/2.0') return;
    const callId = field(text, 'call-id');
    if (method === 'ACK') {
      const invite = invites.get(callId);
      invites.delete(callId);
      if (invite) send(bye(invite, contact), peer);
      return;
    }
    if (method !== 'INVITE') return send(respond(text, { status: '200 OK' }, contact), peer);
    const user = /^INVITE sip:([a-z]+)@/.exec(text)?.[1] ?? '';
    if (user === 'bye' && invites.size < 200) invites.set(callId, text);
    for (const answer of manners[user]?.() ?? [{ status: '404 Not Found' }]) {
      send(respond(text, answer, contact), peer);
      const tally = tallies.get(user);
      if (tally) tally.sent++;
    }
  });
}

/** Victims that call this user: each from another address, and for at most the time of a set-up. */
export function victimsOf(user: string): SiegeAttack {
  return async scene => {
    const { targets, tally, ms, perSecond } = scene;
    tallies.set(user, tally);
    const leg = await WebRtcLeg.open();
    const offer = leg.offer();
    const uri = `sip:${user}@${targets.domain}`;
    await pace(perSecond, ms, () => {
      PlainBrowser.open(targets.url, { from: scene.address(), to: uri }).then(
        victim => {
          const giveUp = setTimeout(() => {
            tally.answered('no final answer');
            victim.close();
          }, VICTIM_WAITS_MS);
          void victim.call(uri, offer).then(status => {
            clearTimeout(giveUp);
            tally.answered(String(status));
            victim.close();
          });
        },
        (error: Error) => tally.answered(`refused: ${error.message}`),
      );
    });
    leg.close();
  };
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}: *(.*?)\r?$`, 'im').exec(text)?.[1] ?? '';
}

function respond(request: string, answer: HostileAnswer, usual: string): string {
  const { status, contact = usual, headers = [], sdp: body = '' } = answer;
  const to = field(request, 'to');
  return [
    `SIP/2.0 ${status}`,
    ...request
      .split('\r\n\r\n')[0]!
      .split('\r\n')
      .filter(line => /^(via|from|call-id|cseq):/i.test(line)),
    `To: ${to}${/;tag=/.test(to) ? '' : ';tag=hostile'}`,
    `Contact: ${contact}`,
    ...headers,
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function bye(invite: string, contact: string): string {
  return [
    `BYE ${/<([^>]*)>/.exec(field(invite, 'contact'))?.[1]} SIP/2.0`,
    `Via: SIP/2.0/UDP ${/@([^>]*)/.exec(contact)?.[1]};branch=z9hG4bKbye${field(invite, 'call-id')}`,
    'Max-Forwards: 70',
    `From: ${field(invite, 'to')};tag=hostile`,
    `To: ${field(invite, 'from')}`,
    `Call-ID: ${field(invite, 'call-id')}`,
    'CSeq: 1 BYE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
