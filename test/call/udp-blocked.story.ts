// The visitor's network lets no UDP out: media goes to the gateway by TCP, or by the company's TURN server, or the
// visitor is told.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { TurnServer } from '../support/turn-server.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let turn: TurnServer;
let relayed: Line;
let secured: Line;
let direct: Line;

stories(
  'UDP is blocked',
  [16],
  async office => {
    visitor = await office.visitor();
    turn = office.add(await TurnServer.start(office.network.address(5)));
    const first = office.addressOf(16);
    relayed = await office.line({ first, turn: { urls: [turn.url], secret: turn.secret } });
    secured = await office.line({ first, turn: { urls: [turn.secureUrl], secret: turn.secret } });
    direct = await office.line({ first });
  },
  story => {
    story('they talk to the gateway by TCP, and hold no connection afterwards', async office => {
      const phone = office.phone('105');
      await visitor.open(direct.pageFor('director'));
      await hearOfTcpAlone();
      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      const { remote } = await selectedPair();
      assert.deepEqual([remote?.protocol, remote?.candidateType], ['tcp', 'host']);
      await visitor.hangUp();
      await phone.waitFor('idle');
      await eventually('no TCP connection of media is left', async () => {
        const { media } = await direct.gateway.counts();
        return (media as { connections?: number }).connections === 0;
      });
    });

    for (const protocol of ['tcp', 'tls']) {
      story(`they talk through TURN over ${protocol.toUpperCase()}`, async office => {
        const phone = office.phone('105');
        await openBehindWall((protocol === 'tcp' ? relayed : secured).pageFor('director'));
        await visitor.call();
        await visitor.waitFor('in-call');
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
        const { local } = await selectedPair();
        assert.deepEqual([local?.candidateType, local?.relayProtocol], ['relay', protocol]);
        await visitor.hangUp();
        await phone.waitFor('idle');
      });
    }

    story('without a TURN server the visitor is told that no sound gets through', async office => {
      const phone = office.phone('105');
      await openBehindWall(direct.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      assert.deepEqual(await visitor.ended({ within: 60_000 }), { state: 'failed', reason: 'media-failed' });
      await visitor.isTold(/^No sound gets through\. Your network may block calls\./);
      await phone.waitFor('idle');
    });
  },
);

async function selectedPair() {
  const stats = await visitor.stats();
  const pair = stats.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
  const candidate = (id: unknown) => stats.find(one => one.id === id);
  return { local: candidate(pair?.localCandidateId), remote: candidate(pair?.remoteCandidateId) };
}

/** As if whatever is sent by UDP were lost. */
async function hearOfTcpAlone(): Promise<void> {
  await visitor.happens(() => {
    const prototype = RTCPeerConnection.prototype as {
      setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
    };
    const take = prototype.setRemoteDescription;
    prototype.setRemoteDescription = function ({ type, sdp = '' }) {
      return take.call(this, { type, sdp: sdp.replace(/^a=candidate:\S+ 1 udp .*\r\n/gm, '') });
    };
  });
}

/** A page whose connections may use TURN servers only. */
async function openBehindWall(url: string): Promise<void> {
  await visitor.open(url);
  await visitor.happens(() => {
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
      }
    };
  });
}
