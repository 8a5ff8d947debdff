// "You can hold open conferences and seminars": two visitors and a desk phone in one, each with a tone of its own.

import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitors: Visitor[];
const lines = new Map<16 | 22, Line>();

stories(
  'A seminar',
  [16, 22],
  async office => {
    visitors = await Promise.all([office.visitor(520), office.visitor(610)]);
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(`two browsers and a phone hear each other at Asterisk ${version}`, async office => {
        const phone = office.phone('105');
        await phone.call(`sip:seminar@${office.addressOf(version)}`);
        await phone.waitFor('talking');
        await Promise.all(
          visitors.map(async visitor => {
            await visitor.open(lines.get(version)!.pageFor('seminar'));
            await visitor.call();
            await visitor.waitFor('in-call');
          }),
        );
        const [one, other] = visitors as [Visitor, Visitor];
        await Promise.all([
          phone.hearsAll([one.tone, other.tone]),
          one.hearsAll([phone.tone, other.tone]),
          other.hearsAll([phone.tone, one.tone]),
        ]);
        await Promise.all(visitors.map(visitor => visitor.hangUp()));
        await phone.hangUp();
      });
    }
  },
);
