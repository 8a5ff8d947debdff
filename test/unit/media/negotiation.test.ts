import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'sdp-transform';
import type { Negotiation } from '../../../gateway/media/embedded/negotiation.ts';
import { chromium, negotiation, pbx, print, status, ulaw } from './sdp-samples.ts';

describe('renegotiation', () => {
  async function standing(): Promise<Negotiation> {
    const n = negotiation();
    await n.offer('browser', chromium());
    await n.answer('pbx', pbx(...ulaw));
    return n;
  }

  function browserAnswer(offer: string, direction: string, ufrag = 'a1B2'): string {
    const media = parse(offer).media.flatMap(m => [
      `m=${m.type} 9 UDP/TLS/RTP/SAVPF ${m.payloads}`,
      ...m.rtp.map(r => `a=rtpmap:${r.payload} ${r.codec}/${r.rate}${r.encoding ? `/${r.encoding}` : ''}`),
      `a=mid:${m.mid}`,
      'a=rtcp-mux',
      `a=${direction}`,
    ]);
    return `v=0\r\no=- 1 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 ${print}\r\na=setup:active\r\n${media.join('\r\n')}\r\n`;
  }

  it('carries a hold from the PBX to the browser and the answer back', async () => {
    const n = await standing();
    const offer = await n.offer('pbx', pbx(...ulaw.with(-1, 'a=sendonly')));
    assert.match(offer, /^a=sendonly\r$/m);
    assert.match(offer, /^a=setup:actpass\r$/m);
    assert.match(offer, /^m=audio 3478 UDP\/TLS\/RTP\/SAVPF 0 126\r$/m, "the browser's own numbers");
    const { sdp, plan } = await n.answer('browser', browserAnswer(offer, 'recvonly'));
    assert.match(sdp, /^m=audio 20000 RTP\/AVP 0 101\r$/m, "the PBX's own numbers");
    assert.match(sdp, /^a=recvonly\r$/m);
    assert.equal(plan.lines[0]?.expectBrowser, false);
    assert.equal(plan.lines[0]?.expectPbx, true);
    assert.equal(plan.lines[0]?.toPbx[126], 101);
    assert.equal(plan.lines[0]?.toBrowser[101], 126);
  });

  it('adds video that the PBX offers, on a separate line', async () => {
    const n = await standing();
    const offer = await n.offer('pbx', pbx(...ulaw, 'm=video 10300 RTP/AVP 0', 'a=rtpmap:0 VP8/90000'));
    const [audio, video] = parse(offer).media;
    assert.equal(audio?.payloads, '0 126');
    assert.equal(video?.payloads, 127, 'not a number that audio uses');
    const { sdp, plan } = await n.answer('browser', browserAnswer(offer, 'sendrecv'));
    assert.match(sdp, /^m=video 20002 RTP\/AVP 0\r$/m);
    assert.equal(plan.lines[1]?.toPbx[127], 0);
  });

  it('recognizes a refused line that returns with another mid', async () => {
    const n = await standing();
    await n.offer('browser', chromium({ video: true }));
    const { sdp: refused } = await n.answer('pbx', pbx(...ulaw, 'm=video 0 RTP/AVP 96'));
    assert.match(refused, /^m=video 0 /m);
    const again = chromium({ video: true }).replace('a=mid:1', 'a=mid:7').replace('BUNDLE 0 1', 'BUNDLE 0 7');
    const offer = await n.offer('browser', again);
    assert.equal(parse(offer).media.length, 2);
    const { sdp } = await n.answer('pbx', pbx(...ulaw, 'm=video 10300 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'));
    assert.match(sdp, /^a=group:BUNDLE 0 7\r$/m);
    assert.match(sdp, /^a=mid:7\r$/m);
  });

  it('adds video that the browser offers later', async () => {
    const n = await standing();
    const offer = await n.offer('browser', chromium({ video: true }));
    assert.match(offer, /^m=video 20002 RTP\/AVP 96/m);
    const { plan } = await n.answer('pbx', pbx(...ulaw, 'm=video 10300 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'));
    assert.deepEqual(
      plan.lines.map(line => line.kind),
      ['audio', 'video'],
    );
  });

  it('refuses a fax line of the PBX without an offer to the browser', async () => {
    const n = await standing();
    const offer = await n.offer('pbx', pbx(...ulaw, 'm=image 4400 udptl t38'));
    assert.doesNotMatch(offer, /image|t38/);
    const { sdp } = await n.answer('browser', browserAnswer(offer, 'sendrecv'));
    assert.match(sdp, /^m=image 0 udptl t38\r$/m);
  });

  it('keeps its ICE credentials until the browser restarts ICE, then uses new ones', async () => {
    const n = await standing();
    const ufragOf = (sdp: string) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
    const before = ufragOf((await n.answer('pbx', pbx(...ulaw))).sdp);
    await n.offer('browser', chromium({ direction: 'sendonly' }));
    assert.equal(ufragOf((await n.answer('pbx', pbx(...ulaw))).sdp), before);
    await n.offer('browser', chromium({ ufrag: 'zzzz' }));
    assert.notEqual(ufragOf((await n.answer('pbx', pbx(...ulaw))).sdp), before);
  });

  it('refuses an offer with fewer lines than before, and an answer without an offer', async () => {
    const n = await standing();
    await n.offer('browser', chromium({ video: true }));
    await n.answer('pbx', pbx(...ulaw));
    await assert.rejects(n.offer('browser', chromium()), status(400));
    await assert.rejects(n.answer('browser', chromium()), status(400));
    await assert.rejects(negotiation().answer('pbx', pbx(...ulaw)), status(400));
  });

  it('limits the number of lines when a place changes its kind again and again', async () => {
    const n = await standing();
    const both = chromium({ video: true });
    const [head = '', audio = '', video = ''] = both.split(/(?=^m=)/m);
    const swapped = head + video.replace('a=mid:1', 'a=mid:0') + audio.replace('a=mid:0', 'a=mid:1');
    await assert.rejects(async () => {
      for (let i = 0; i < 40; i++) {
        // An offer to a PBX is also an answer that accepts everything.
        await n.answer('pbx', await n.offer('browser', i % 2 === 0 ? both : swapped));
      }
    }, status(488));
  });
});
