// Calls whose sound and picture go through rtpengines instead of the gateway's own relay: nobody notices, also when
// one of them dies.

import assert from 'node:assert/strict';
import { Asterisk } from '../support/asterisk.ts';
import { eventually } from '../support/eventually.ts';
import type { Line, Office } from '../support/office.ts';
import { Rtpengine } from '../support/rtpengine.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;
let rtpengines: readonly [Rtpengine, Rtpengine];

stories(
  'Media through rtpengines',
  [22],
  async office => {
    visitor = await office.visitor();
    rtpengines = await Promise.all([
      Rtpengine.start({ address: office.network.address(11) }),
      Rtpengine.start({ address: office.network.address(12) }),
    ]);
    for (const rtpengine of rtpengines) office.add(rtpengine);
    line = await office.line({
      first: office.addressOf(22),
      media: { rtpengine: rtpengines.map(({ endpoint }) => endpoint) },
    });
  },
  story => {
    story('visitor and person hear each other, through a hold too, and nothing is left', async office => {
      const phone = await talk(office);
      await visitor.click(/^Hold$/);
      await visitor.isTold(/^On hold/);
      await visitor.click(/^Resume$/);
      await visitor.isTold(/^In call/);
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.hangUp();
      await phone.waitFor('idle');
      await quiet();
      // The next call goes to the other one.
      await talk(office);
      await phone.hangUp();
      assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'remote-hung-up' });
      await quiet();
    });

    story('the visitor sees and hears themselves, in a call and in a test of their sound', async () => {
      await visitor.open(line.pageFor('echo', { video: '' }));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(visitor.tone);
      await visitor.sees(20);
      await visitor.hangUp();
      await visitor.open(line.pageFor('director'));
      await visitor.click(/^Check your sound$/);
      await visitor.click(/^Test your sound$/);
      await visitor.hears(visitor.tone);
      await visitor.click(/^Stop$/);
      await quiet();
    });

    story('a PBX that has G.729 alone is heard, and hears, also after a hold', async office => {
      const address = office.network.address(30);
      const g729 = (text: string) => text.replace('allow = opus,alaw,ulaw,g722,vp8,h264', 'allow = g729');
      await office.add(await Asterisk.start(22, { address, changed: { 'pjsip.conf': g729 } }));
      const media = { rtpengine: rtpengines.map(({ endpoint }) => endpoint) };
      const own = await office.line({ first: address, published: 'srv', media });
      await visitor.open(own.pageFor('echo'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(visitor.tone);
      await visitor.click(/^Hold$/);
      await visitor.isTold(/^On hold/);
      await visitor.click(/^Resume$/);
      await visitor.isTold(/^In call/);
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
      await quiet();
    });

    story('the rtpengine of a call dies: the call goes on through the other one', async office => {
      const phone = await talk(office);
      const [dies, lives] = (await rtpengines[0].calls()).length > 0 ? rtpengines : swapped();
      await dies.kill();
      await eventually('the other one has the call', async () => (await lives.calls()).length === 1, {
        within: 30_000,
      });
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.hangUp();
      await phone.waitFor('idle');
      await dies.begin();
      await quiet();
    });
  },
);

function swapped(): readonly [Rtpengine, Rtpengine] {
  return [rtpengines[1], rtpengines[0]];
}

async function talk(office: Office) {
  const phone = office.phone('105');
  phone.manner = 'answers';
  await visitor.open(line.pageFor('director'));
  await visitor.call();
  await visitor.waitFor('in-call');
  await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
  return phone;
}

async function quiet(): Promise<void> {
  await Promise.all(rtpengines.map(rtpengine => rtpengine.quiet()));
}
