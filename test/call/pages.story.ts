// The gateway's own pages call too: the one that is nothing but a button, the business card, and the window that a
// site opens so that a call outlives its pages.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line, Office } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;

stories(
  "A call from the gateway's own pages",
  [22],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(22) });
  },
  story => {
    for (const page of ['call?to=director@mysite.test', 'card/director@mysite.test']) {
      story(`/${page}: they talk`, async office => {
        await visitor.open(`${line.gateway.url}/${page}`);
        await talk(office, visitor);
        await visitor.hangUp();
        assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });
        await office.phone('105').waitFor('idle');
        // Their policies let the widget be all that it is.
        assert.deepEqual(visitor.console, []);
      });
    }

    story('a window of its own: the call goes on when the page that opened it is left', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director', { popup: '' }));
      const window = await visitor.callInWindow();
      await talk(office, window);
      await visitor.happens(() => void setTimeout(() => location.assign('/another')));
      await eventually('the page is left', () =>
        visitor.happens(() => location.pathname === '/another').catch(() => undefined),
      );
      await Promise.all([window.hears(phone.tone), phone.hears(window.tone)]);
      await phone.hangUp();
      assert.deepEqual(await window.ended(), { state: 'ended', reason: 'remote-hung-up' });
      await window.stop();
    });
  },
);

async function talk(office: Office, visitor: Visitor): Promise<void> {
  const phone = office.phone('105');
  await visitor.call();
  await visitor.waitFor('in-call');
  await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
}
