// The visitor's WebSocket is lost in mid-call. Sound goes another way and goes on; what nobody will end is ended.

import assert from 'node:assert/strict';
import { BreakableLink } from '../support/breakable-link.ts';
import type { Line, Office } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;
let patient: Line;
let link: BreakableLink;

stories(
  'A WebSocket is lost in mid-call',
  [16],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(16), limits: { reconnectSeconds: 15 } });
    patient = await office.line({ first: office.addressOf(16), limits: { reconnectSeconds: 30 } });
  },
  story => {
    story('the sound goes on for the grace, then the gateway ends the call', async office => {
      const since = line.gateway.mark();
      const phone = await talkThenLose(office, line);
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      assert.equal(phone.state, 'talking');
      await phone.waitFor('idle');
      await line.gateway.waitFor(/"ending":"visitor-lost"/, { since });
      await office.quiet();
    });

    for (const who of ['visitor', 'person'] as const) {
      story(`it comes back within the grace: the call goes on, and the ${who} can hang up`, async office => {
        const phone = await talkThenLose(office, patient);
        link.mend();
        await link.used();
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
        await (who === 'visitor' ? visitor : phone).hangUp();
        const reason = who === 'visitor' ? 'hung-up' : 'remote-hung-up';
        assert.deepEqual(await visitor.ended({ within: 15_000 }), { state: 'ended', reason });
        await phone.waitFor('idle', { within: 15_000 });
      });
    }

    story('the visitor hangs up meanwhile: no leg outlives the grace', async office => {
      const phone = await talkThenLose(office, line);
      await visitor.hangUp();
      assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });
      await phone.waitFor('idle');
    });
  },
);

async function talkThenLose(office: Office, line: Line) {
  link = office.add(await BreakableLink.to(line.gateway.url, office.network.address(7)));
  const phone = office.phone('105');
  await visitor.open(line.pageFor('director', { gateway: link.url }));
  await visitor.call();
  await visitor.waitFor('in-call');
  await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
  link.cut();
  return phone;
}
