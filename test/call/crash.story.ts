// The gateway's process dies in mid-call, and is started anew where it was: it knows of no call.

import assert from 'node:assert/strict';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;

stories(
  'The gateway dies in mid-call',
  [16],
  async office => {
    visitor = await office.visitor();
    // Longer than a story may take: who waits for the grace is seen to.
    line = await office.line({ first: office.addressOf(16), limits: { reconnectSeconds: 600 } });
  },
  story => {
    story('once another is in its place, the visitor is told, and can call again', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      const next = office.add(await line.gateway.dieAndComeBack());
      assert.deepEqual(await visitor.ended({ within: 20_000 }), { state: 'failed', reason: 'call-dropped' });
      await visitor.isTold(/^The call was cut off/);
      assert.equal((await next.counts()).calls, 0);

      // Nobody is left who could end the person's half but they themselves.
      await phone.hangUp();
      await phone.waitFor('idle');
      await visitor.click(/^Call again$/);
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.hangUp();
      await phone.waitFor('idle');
    });
  },
);
