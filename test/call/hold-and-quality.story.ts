// What a visitor sees and does once they talk: hold that the other side agrees to, and a sign of how good it sounds.

import type { DeskPhone } from '../support/desk-phone.ts';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { amplitudeAt } from '../support/tone.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'While they talk',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(`hold at Asterisk ${version} parts them, resume joins them, mute outlives it`, async office => {
        const phone = office.phone('105');
        await visitor.open(lines.get(version)!.pageFor('director'));
        await visitor.call();
        await visitor.waitFor('in-call');
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);

        await visitor.click(/^Hold$/);
        await visitor.isTold(/^On hold/);
        await silent(phone, visitor.tone);

        await visitor.click(/^Resume$/);
        await visitor.isTold(/^In call/);
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);

        await visitor.click(/^Mute$/);
        await visitor.click(/^Hold$/);
        await visitor.isTold(/^On hold/);
        await visitor.click(/^Resume$/);
        await visitor.isTold(/^In call\. Muted/);
        await visitor.hears(phone.tone);
        await silent(phone, visitor.tone);
        await visitor.hangUp();
      });
    }

    story('the sound is called good, and its end is noticed before the call ends', async office => {
      const phone = office.phone('105');
      await visitor.open(lines.get(16)!.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(phone.tone);
      await visitor.seesQuality(/^Good sound$/);
      await office.asterisk(16).kill();
      await visitor.isTold(/No sound is arriving/);
      await visitor.hangUp();
    });
  },
);

/** A second of the phone's hearing without this tone. */
async function silent(phone: DeskPhone, tone: number): Promise<void> {
  await eventually(`phone ${phone.number} no longer hears ${tone} Hz`, () => {
    const sound = phone.heard(1);
    const level = sound ? amplitudeAt(sound.samples, sound.rate, tone) : 1;
    if (level < 0.002) return true;
    throw new Error(`amplitude ${level.toFixed(4)}`);
  });
}
