// The visitor's network lets no UDP out: media goes by the company's TURN server, or the visitor is told.

import assert from 'node:assert/strict';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { TurnServer } from '../support/turn-server.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let turn: TurnServer;
let relayed: Line;
let direct: Line;

stories(
  'UDP is blocked',
  [16],
  async office => {
    visitor = await office.visitor();
    turn = office.add(await TurnServer.start(office.network.address(5)));
    const first = office.addressOf(16);
    relayed = await office.line({ first, turn: { urls: [turn.url], secret: turn.secret } });
    direct = await office.line({ first });
  },
  story => {
    story('they talk through TURN over TCP', async office => {
      const phone = office.phone('105');
      await openBehindWall(relayed.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);

      const stats = await visitor.stats();
      const pair = stats.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
      const local = stats.find(({ id }) => id === pair?.localCandidateId);
      assert.deepEqual([local?.candidateType, local?.relayProtocol], ['relay', 'tcp']);
      await visitor.hangUp();
      await phone.waitFor('idle');
    });

    story('without a TURN server the visitor is told that no sound gets through', async office => {
      const phone = office.phone('105');
      await openBehindWall(direct.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      assert.deepEqual(await visitor.ended({ within: 30_000 }), { state: 'failed', reason: 'media-failed' });
      await visitor.isTold(/^No sound gets through\. Your network may block calls\./);
      await phone.waitFor('idle');
    });
  },
);

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
