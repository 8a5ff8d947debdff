// What the visitor does in mid-call reaches the other side: keys as digits, mute as silence.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { loudness } from '../support/tone.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'In mid-call',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(`keys pressed in the widget arrive at Asterisk ${version} as digits`, async office => {
        const asterisk = office.asterisk(version);
        const mark = asterisk.mark();
        await visitor.open(lines.get(version)!.pageFor('digits'));
        await visitor.call();
        await visitor.waitFor('in-call');
        await visitor.isSending();
        await visitor.press('40*7');
        const [, pressed] = await asterisk.waitFor(/NOTICE\[.*Digits pressed (\S*)/, { since: mark });
        assert.equal(pressed, '40*7');
        await visitor.hangUp();
      });
    }

    story('mute is silence at the phone, and ends', async office => {
      const phone = office.phone('105');
      await visitor.open(lines.get(16)!.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await phone.hears(visitor.tone);

      await visitor.click(/^Mute$/);
      await eventually('a second of silence at the phone', () => {
        const level = loudness(phone.heard(1)?.samples ?? [1]);
        if (level < 0.002) return true;
        throw new Error(`loudness ${level.toFixed(4)}`);
      });
      // The other direction is not muted with it.
      await visitor.hears(phone.tone);

      await visitor.click(/^Unmute$/);
      await phone.hears(visitor.tone);
      await visitor.hangUp();
    });
  },
);
