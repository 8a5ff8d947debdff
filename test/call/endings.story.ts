// Every way in which a call ends, told to the visitor as what it was, with nothing left anywhere.

import assert from 'node:assert/strict';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'A call ends',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    const limits = { ringSeconds: 3, silenceSeconds: 2, responseSeconds: 1 };
    lines.set(16, await office.line({ first: office.addressOf(16), limits }));
    lines.set(22, await office.line({ first: office.addressOf(22), limits }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(`busy: the phone at Asterisk ${version} refuses`, async office => {
        office.phone('106').manner = 'is busy';
        await visitor.open(lines.get(version)!.pageFor('alex'));
        await visitor.call();
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'busy' });
      });

      story(`never answered: the phone at Asterisk ${version} rings, then stops`, async office => {
        const phone = office.phone('105');
        phone.manner = 'lets it ring';
        await visitor.open(lines.get(version)!.pageFor('director'));
        await visitor.call();
        await phone.waitFor('ringing');
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'no-answer' });
        await phone.waitFor('idle');
      });

      story(`cancelled while the phone at Asterisk ${version} rings: it stops`, async office => {
        const phone = office.phone('105');
        phone.manner = 'lets it ring';
        await visitor.open(lines.get(version)!.pageFor('director'));
        await visitor.call();
        await phone.waitFor('ringing');
        await visitor.waitFor('ringing');
        await visitor.hangUp();
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'cancelled' });
        await phone.waitFor('idle');
        assert.deepEqual(await channelsSoon(office.asterisk(version)), []);
      });

      story(`the visitor hangs up: the phone at Asterisk ${version} is free again`, async office => {
        const phone = office.phone('101');
        phone.manner = 'answers';
        await visitor.open(lines.get(version)!.pageFor('101'));
        await visitor.call();
        await visitor.waitFor('in-call');
        await phone.waitFor('talking');
        await visitor.hangUp();
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });
        await phone.waitFor('idle');
      });

      story(`the person at Asterisk ${version} hangs up: the visitor is told`, async office => {
        const phone = office.phone('101');
        phone.manner = 'answers';
        await visitor.open(lines.get(version)!.pageFor('101'));
        await visitor.call();
        await visitor.waitFor('in-call');
        await phone.waitFor('talking');
        await phone.hangUp();
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'remote-hung-up' });
      });
    }

    story('the PBX dies in mid-call: the visitor is told that the call was cut off', async office => {
      const phone = office.phone('105');
      phone.manner = 'answers';
      await visitor.open(lines.get(16)!.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(phone.tone);
      await office.asterisk(16).kill();
      assert.deepEqual(await visitor.ended(), { state: 'failed', reason: 'call-dropped' });
    });

    story('after all of it the gateways hold nothing: no call, transaction, timer or port', async () => {
      await Promise.all([...lines.values()].map(line => line.gateway.spotless()));
    });
  },
);

async function channelsSoon(asterisk: {
  quiet(): Promise<void>;
  channels(): Promise<string[]>;
}): Promise<string[]> {
  await asterisk.quiet();
  return await asterisk.channels();
}
