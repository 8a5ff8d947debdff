// A relay with addresses of both families: which address a PBX gets, and that audio flows, for each
// implementation of the media port.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { MediaRelay } from '../../../gateway/media/relay.ts';
import { emptied, RelayCall } from './relay-call.ts';
import { echoAnswer, RtpEcho } from './rtp-echo.ts';

export function servesBothFamilies(
  relay: () => MediaRelay,
  own: { readonly v4: string; readonly v6: string },
): void {
  it('a PBX gets the address of its own family, and audio flows from the other family', async () => {
    const call = await RelayCall.prepare(relay(), 'six');
    const echo = await RtpEcho.open('::1');
    const offer = await relay().offer('six', 'browser', call.leg.offer(), '::1');
    assert.match(offer, new RegExp(`^c=IN IP6 ${own.v6}\r$`, 'm'));
    assert.doesNotMatch(offer, /IP4/);
    const answer = echoAnswer(offer, echo, /pcmu/i).replaceAll('IN IP4 127.0.0.1', 'IN IP6 ::1');
    await call.leg.connect(ofIpv4(await relay().answer('six', 'pbx', answer)));
    const packet = call.packet();
    assert.deepEqual((await call.roundTrip(packet)).subarray(12), packet.subarray(12));
    await call.close();
    echo.close();
    await emptied(relay());
  });

  it('a PBX of the other family after one that gave early media gets another offer, and later offers keep that family', async () => {
    const call = await RelayCall.prepare(relay(), 'both');
    const echo = await RtpEcho.open('::1');
    const browserOffer = call.leg.offer();
    const first = await relay().offer('both', 'browser', browserOffer, '::1');
    const early = echoAnswer(first, echo, /pcmu/i).replaceAll('IN IP4 127.0.0.1', 'IN IP6 ::1');
    await relay().answer('both', 'pbx', early);
    const second = await relay().offer('both', 'browser', browserOffer, '127.0.0.1');
    assert.match(second, new RegExp(`^c=IN IP4 ${own.v4}\r$`, 'm'));
    assert.equal(await relay().offer('both', 'browser', browserOffer, '127.0.0.1'), second);
    const answer = await relay().answer('both', 'pbx', echoAnswer(second, call.echo, /pcmu/i));
    await call.leg.connect(ofIpv4(answer));
    const packet = call.packet();
    assert.deepEqual((await call.roundTrip(packet)).subarray(12), packet.subarray(12));
    // An offer during the call names no PBX: it is for the PBX that has answered.
    const later = await relay().offer('both', 'browser', `${browserOffer}a=x-later\r\n`);
    assert.match(later, new RegExp(`^c=IN IP4 ${own.v4}\r$`, 'm'));
    await call.close();
    echo.close();
    await emptied(relay());
  });

  it('a PBX that answers with an address of the other family gets the gateway address of that family', async () => {
    const call = await RelayCall.prepare(relay(), 'followed');
    const browserOffer = call.leg.offer();
    const first = await relay().offer('followed', 'browser', browserOffer, '::1');
    assert.match(first, new RegExp(`^c=IN IP6 ${own.v6}\r$`, 'm'));
    const theirs = echoAnswer(first, call.echo, /pcmu/i);
    const answer = await relay().answer('followed', 'pbx', theirs);
    const second = await relay().offer('followed', 'browser', browserOffer);
    assert.match(second, new RegExp(`^c=IN IP4 ${own.v4}\r$`, 'm'));
    assert.equal(await relay().answer('followed', 'pbx', theirs), answer);
    await call.leg.connect(ofIpv4(answer));
    const packet = call.packet();
    assert.deepEqual((await call.roundTrip(packet)).subarray(12), packet.subarray(12));
    await call.close();
    await emptied(relay());
  });

  it('a PBX that offers an address of the other family in the call is answered with that of the gateway, and back', async () => {
    const call = await RelayCall.prepare(relay(), 'moved');
    call.offer = await relay().offer('moved', 'browser', call.leg.offer(), '127.0.0.1');
    const theirs = echoAnswer(call.offer, call.echo, /pcmu/i);
    await call.leg.connect(ofIpv4(await relay().answer('moved', 'pbx', theirs)));
    await call.roundTrip();
    const six = await RtpEcho.open('::1');
    const offers = [
      [echoAnswer(call.offer, six, /pcmu/i).replaceAll('IN IP4 127.0.0.1', 'IN IP6 ::1'), own.v6, six],
      [theirs, own.v4, call.echo],
    ] as const;
    for (const [offer, mine, echo] of offers) {
      await relay().offer('moved', 'pbx', offer);
      // Until the offer is answered, and when it is refused, the call goes on as before.
      await call.roundTrip();
      const browserAnswer = call.leg.offer().replace('actpass', 'active').replace('AVPF 0 8 126', 'AVPF 0');
      const answer = await relay().answer('moved', 'browser', browserAnswer);
      const family = mine.includes(':') ? 'IP6' : 'IP4';
      assert.match(answer, new RegExp(`^c=IN ${family} ${mine}\r$`, 'm'));
      const port = Number(/^m=audio (\d+)/m.exec(answer)?.[1]);
      const arrived = new Promise<void>(resolve => {
        echo.onPacket = () => {
          resolve();
          return true;
        };
      });
      const packet = call.packet();
      assert.deepEqual((await call.roundTrip(packet)).subarray(12), packet.subarray(12));
      await arrived;
      // The port of the answer is the one that receives.
      const heard = new Promise<void>(resolve => {
        call.leg.onRtp = () => resolve();
      });
      echo.audio.send(call.packet(), port, mine);
      await heard;
    }
    await call.close();
    six.close();
    await emptied(relay());
  });
}

/** The simulated browser has IPv4 only. */
function ofIpv4(answer: string): string {
  return answer
    .split('\r\n')
    .filter(line => !line.startsWith('a=candidate:') || !(line.split(' ')[4] ?? '').includes(':'))
    .join('\r\n');
}
