// The product's one job: a visitor calls a person by name, the way there is found in DNS, and they talk.

import assert from 'node:assert/strict';
import type { PhoneNumber } from '../support/desk-phone.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

const people: readonly (readonly [string, PhoneNumber])[] = [
  ['director', '105'],
  ['alex', '106'],
  ['101', '101'],
];

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'A visitor calls a person by name',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    for (const version of [16, 22] as const) {
      for (const [name, number] of people) {
        story(
          `${name} at Asterisk ${version}: the phone rings, answers, and each hears the other`,
          async office => {
            const line = lines.get(version)!;
            const phone = office.phone(number);
            const mark = office.asterisk(version).mark();
            phone.manner = 'lets it ring';

            await visitor.open(line.pageFor(name));
            await visitor.call();
            await phone.waitFor('ringing');
            await visitor.waitFor('ringing');
            await phone.answer();
            await visitor.waitFor('in-call');
            await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
            await visitor.hangUp();
            await phone.waitFor('idle');

            assert.deepEqual(
              (await visitor.states()).map(({ state }) => state),
              ['preparing', 'calling', 'ringing', 'in-call', 'ended'],
            );
            assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });
            await office.quiet();
            // The document's own log: the gateway is the guest, and nobody called wrong.
            const log = office.asterisk(version).logSince(mark);
            assert.match(log, new RegExp(`Good call IP=${new URL(line.gateway.url).hostname}\\b`));
            assert.doesNotMatch(log, /Wrong call/);
          },
        );
      }
    }

    story('the way there was asked of DNS: NAPTR, SRV, A', async () => {
      const asked = new Set(lines.get(16)!.dns.questions);
      for (const question of ['NAPTR mysite.test', 'SRV _sip._udp.mysite.test', 'A asterisk.mysite.test']) {
        assert.ok(asked.has(question), `${question} is not among ${[...asked].join(', ')}`);
      }
    });
  },
);
