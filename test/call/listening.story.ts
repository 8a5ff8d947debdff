// A seminar for those who came to listen: no question about a microphone until somebody wants to say something.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { amplitudeAt } from '../support/tone.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'A listener',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(`hears the speaker, speaks, and only listens again at Asterisk ${version}`, async office => {
        const phone = office.phone('105');
        await phone.call(`sip:seminar@${office.addressOf(version)}`);
        await phone.waitFor('talking');
        await visitor.open(lines.get(version)!.pageFor('seminar', { listen: '' }), []);
        await visitor.call();
        await visitor.waitFor('in-call');
        await visitor.isTold(/^You are listening/);
        await visitor.hears(phone.tone);
        assert.deepEqual(await visitor.askedFor(), []);
        assert.ok(!(await visitor.stats()).some(({ type }) => type === 'outbound-rtp'));

        await visitor.allow(['microphone']);
        for (const _ of ['once', 'and again']) {
          await visitor.click(/^Speak$/);
          await visitor.isTold(/^They can hear you/);
          await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);

          await visitor.click(/^Just listen$/);
          await visitor.isTold(/^You are listening/);
          await visitor.uses([]);
          await eventually(`the phone no longer hears ${visitor.tone} Hz`, () => {
            const sound = phone.heard(1);
            return sound && amplitudeAt(sound.samples, sound.rate, visitor.tone) < 0.002;
          });
          await visitor.hears(phone.tone);
        }
        await visitor.hangUp();
        await phone.hangUp();
      });
    }

    story('who does not allow the microphone goes on listening', async office => {
      const phone = office.phone('105');
      await phone.call(`sip:seminar@${office.addressOf(22)}`);
      await phone.waitFor('talking');
      await visitor.open(lines.get(22)!.pageFor('seminar', { listen: '' }), []);
      await visitor.call();
      await visitor.hears(phone.tone);
      await visitor.click(/^Speak$/);
      await visitor.isTold(/^You are listening\. This page may not use your microphone/);
      await visitor.hears(phone.tone);
      await visitor.hangUp();
      await phone.hangUp();
    });
  },
);
