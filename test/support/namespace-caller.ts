// A program for machines of their own: calls a gateway, knocks at it, or calls a PBX past it. One line for each try.
//
//   guess URL ORIGIN USER...     calls these, one after another, and hangs up: `USER STATUS`
//   call URL ORIGIN USER         calls, talks, hangs up, again and again: `200 N`, or `failed ...`
//   talk URL ORIGIN USER FAMILY  calls with sound by candidates of IPv4 or IPv6, hears an echo, hangs up: `heard N by ADDRESS`
//   hear-out URL ORIGIN USER     calls and waits for the other side to hang up: `answered`, `hung up`
//   knock URL                    `open` or `shut`
//   dial-from FROM ADDRESS TOLD USER...
//   dial ADDRESS TOLD USER...    calls a PBX over UDP, with a header that pretends to be the gateway's: `USER STATUS`
//   busy PORT                    a telephone that is busy, for as long as it is let: `ready`
//   reach ADDRESS PORT...        whether TCP comes through a firewall there: `PORT open`, or `PORT shut`

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { RawCall } from './raw-call.ts';
import { RawPeer } from './raw-peer.ts';

const [what = '', where = '', ...words] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);

switch (what) {
  case 'guess':
    await guess(words[0] ?? '', words.slice(1));
    break;
  case 'call':
    await callAgainAndAgain(words[0] ?? '', words[1] ?? '');
    break;
  case 'talk':
    await talk(words[0] ?? '', words[1] ?? '', words[2] === '6' ? 6 : 4);
    break;
  case 'hear-out':
    await hearOut(words[0] ?? '', words[1] ?? '');
    break;
  case 'knock':
    await knock();
    break;
  case 'dial':
    await dial(where, words[0] ?? '', words.slice(1));
    break;
  case 'dial-from':
    await dial(words[0] ?? '', words[1] ?? '', words.slice(2), where);
    break;
  case 'busy':
    await beBusy(Number(where));
    break;
  case 'reach':
    await reach(where, words.map(Number));
}
process.exit(0);

async function beBusy(port: number): Promise<void> {
  const peer = await RawPeer.pbx('127.0.0.1', port);
  say('ready');
  for (;;) {
    const invite = await peer.request('INVITE').catch(() => undefined);
    if (invite) peer.respond(invite, '486 Busy Here');
  }
}

/** A port that refuses is open in the firewall: only what is dropped gets no answer. */
async function reach(address: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const answered = await new Promise<boolean>(resolve => {
      const socket = connect({ host: address, port, timeout: 2_000 });
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.once('connect', () => end(true));
      socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
      socket.once('timeout', () => end(false));
    });
    say(`${port} ${answered ? 'open' : 'shut'}`);
  }
}

async function guess(origin: string, users: readonly string[]): Promise<void> {
  const browser = await RawPeer.browser(where, origin);
  const leg = await WebRtcLeg.open();
  for (const user of users) {
    const call = new RawCall(browser, `sip:${user}`);
    call.invite(leg.offer(), [`X-Sip-Call-Page: ${origin}/contacts`]);
    const final = await browser.finalResponse();
    if (final.status === 200) {
      call.ack(final);
      call.request('BYE');
      await browser.response(200, 'BYE');
    }
    say(`${user} ${final.status}`);
  }
}

async function callAgainAndAgain(origin: string, user: string): Promise<void> {
  const leg = await WebRtcLeg.open();
  for (let number = 1; ; number++) {
    try {
      const browser = await RawPeer.browser(where, origin);
      const call = new RawCall(browser, `sip:${user}`);
      call.invite(leg.offer());
      call.ack(await browser.response(200));
      call.request('BYE');
      await browser.response(200, 'BYE');
      browser.close();
      say(`200 ${number}`);
      // Each call's ports rest for half a minute after it: ten a second are as many as there are ports for.
      await pause(100);
    } catch (error) {
      say(`failed ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** What comes back is what was sent: the other side is an echo. */
async function talk(origin: string, user: string, family: 4 | 6): Promise<void> {
  const browser = await RawPeer.browser(where, origin);
  const leg = await WebRtcLeg.open({ address: family === 6 ? '::' : '0.0.0.0' });
  const call = new RawCall(browser, `sip:${user}`);
  call.invite(leg.offer());
  const answered = await browser.response(200);
  call.ack(answered);
  const answer = answered.body.toString();
  say(
    `candidates ${[...answer.matchAll(/^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+)/gim)].map(([, ...one]) => one.join(' ')).join(', ')}`,
  );
  await leg.connect(ofFamily(answer, family));
  let heard = 0;
  leg.onRtp = () => heard++;
  for (let number = 1; heard < 25; number++) {
    const packet = Buffer.alloc(172, number & 0xff);
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt16BE(number & 0xffff, 2);
    packet.writeUInt32BE(number * 160, 4);
    packet.writeUInt32BE(leg.ssrc, 8);
    leg.sendRtp(packet);
    await pause(20);
  }
  say(`heard ${heard} by ${leg.relay.address}`);
  call.request('BYE');
  await browser.response(200, 'BYE');
  leg.close();
  browser.close();
}

async function hearOut(origin: string, user: string): Promise<void> {
  const browser = await RawPeer.browser(where, origin);
  const leg = await WebRtcLeg.open({ address: '0.0.0.0' });
  const call = new RawCall(browser, `sip:${user}`);
  call.invite(leg.offer());
  const answered = await browser.response(200);
  call.ack(answered);
  await leg.connect(answered.body.toString());
  say('answered');
  call.respond(await browser.request('BYE'), '200 OK');
  say('hung up');
  leg.close();
  browser.close();
}

/** As a browser sees it that has no address of the other family. */
function ofFamily(answer: string, family: 4 | 6): string {
  return answer
    .split('\r\n')
    .filter(
      line => !line.startsWith('a=candidate:') || (family === 6) === (line.split(' ')[4] ?? '').includes(':'),
    )
    .join('\r\n');
}

async function knock(): Promise<void> {
  const answered = await fetch(`${where}/healthz`, { signal: AbortSignal.timeout(4_000) }).then(
    response => response.ok,
    () => false,
  );
  say(answered ? 'open' : 'shut');
}

async function dial(address: string, told: string, users: readonly string[], from?: string): Promise<void> {
  const peer = await RawPeer.client(address, 5060, from);
  // Where the PBX itself is, so that it has a way there: nobody listens for the sound.
  const place = `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
  const sdp = [
    ...['v=0', `o=- 1 1 ${place}`, 's=-', `c=${place}`, 't=0 0', 'm=audio 40000 RTP/AVP 8'],
    ...['a=rtpmap:8 PCMA/8000', ''],
  ].join('\r\n');
  for (const user of users) {
    const id = randomBytes(6).toString('hex');
    const send = (method: string, to: string, body: string) =>
      peer.send(
        [
          `${method} sip:${user}@mysite.test SIP/2.0`,
          `Via: SIP/2.0/UDP 0.0.0.0:${peer.port};branch=z9hG4bK${id}${body ? '' : method};rport`,
          'Max-Forwards: 70',
          `From: <sip:anonymous@anonymous.invalid>;tag=${id}`,
          `To: ${to}`,
          `Call-ID: ${id}`,
          `CSeq: 1 ${method}`,
          `Contact: <sip:anonymous@0.0.0.0:${peer.port}>`,
          `X-Sip-Call-Address: ${told}`,
          ...(body ? ['Content-Type: application/sdp'] : []),
          `Content-Length: ${body.length}\r\n\r\n${body}`,
        ].join('\r\n'),
      );
    send('INVITE', `<sip:${user}@mysite.test>`, sdp);
    const final = await peer.finalResponse();
    // A call that is acknowledged stays until somebody ends it.
    if (final.status === 200) send('ACK', final.headers.get('To') ?? '', '');
    say(`${user} ${final.status}`);
  }
}
