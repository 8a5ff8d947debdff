// The first story once more, in Firefox: another browser's SDP, ICE, DTLS and sound.

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { launchFirefox } from '../support/firefox.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'A visitor with Firefox calls a person by name',
  [16, 22],
  async office => {
    // Firefox sends no media to loopback addresses.
    const gatewayAddress = Object.values(networkInterfaces())
      .flat()
      .find(entry => entry?.family === 'IPv4' && !entry.internal)?.address;
    assert.ok(gatewayAddress, 'this machine has an address besides loopback');
    visitor = await office.visitor(520, launchFirefox);
    lines.set(16, await office.line({ first: office.addressOf(16), gatewayAddress }));
    lines.set(22, await office.line({ first: office.addressOf(22), gatewayAddress }));
  },
  story => {
    for (const version of [16, 22] as const) {
      story(
        `the director at Asterisk ${version}: the phone rings, answers, and each hears the other`,
        async office => {
          const phone = office.phone('105');
          phone.manner = 'lets it ring';
          await visitor.open(lines.get(version)!.pageFor('director'));
          await visitor.call();
          await phone.waitFor('ringing');
          await visitor.waitFor('ringing');
          await phone.answer();
          await visitor.waitFor('in-call');
          await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
          await visitor.hangUp();
          await phone.waitFor('idle');
          assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });
        },
      );
    }
  },
);
