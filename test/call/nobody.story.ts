// Nobody by that name. The gateway's list is the first fence, and what it stops never reaches the PBX; the PBX's
// own dialplan is the second, and logs what fail2ban reads.

import assert from 'node:assert/strict';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
const lines = new Map<16 | 22, Line>();
/** Shows every packet, as both Asterisks print it. */
const PACKET = /SIP read from|Received SIP request/;

stories(
  'Nobody by that name',
  [16, 22],
  async office => {
    visitor = await office.visitor();
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
    await office.asterisk(16).cli('sip set debug on');
    await office.asterisk(22).cli('pjsip set logger on');
  },
  story => {
    for (const version of [16, 22] as const) {
      story(
        `not on the site's list: the visitor is told, Asterisk ${version} sees no packet`,
        async office => {
          const asterisk = office.asterisk(version);
          // Packets of phones that register do not count: those from the gateway do.
          const fromGateway = new RegExp(
            `(?:${PACKET.source}).*${new URL(lines.get(version)!.gateway.url).hostname}`,
          );
          const before = asterisk.mark();
          await visitor.open(lines.get(version)!.pageFor('accounting'));
          await visitor.call();
          assert.deepEqual(await visitor.ended(), { state: 'failed', reason: 'not-found' });
          assert.doesNotMatch(asterisk.logSince(before), fromGateway);

          // The same eyes do see a call that is let through.
          await visitor.open(lines.get(version)!.pageFor('tone'));
          await visitor.call();
          await asterisk.waitFor(fromGateway, { since: before });
          await visitor.waitFor('in-call');
          await visitor.hangUp();
        },
      );

      story(
        `on the list, unknown to Asterisk ${version}: a wrong call is logged and bad-user is heard`,
        async office => {
          const asterisk = office.asterisk(version);
          const mark = asterisk.mark();
          const gateway = new URL(lines.get(version)!.gateway.url).hostname;
          await visitor.open(lines.get(version)!.pageFor('stranger'));
          await visitor.call();
          await asterisk.waitFor(new RegExp(`Wrong call IP=${gateway}\\b`), { since: mark });
          await visitor.hearsSomething();
          // The announcement over, Asterisk hangs up.
          assert.deepEqual(await visitor.ended(), {
            state: 'ended',
            reason: 'remote-hung-up',
          });
          assert.match(asterisk.messages, new RegExp(`Ext\\. stranger: Wrong call IP=${gateway}\\n`));
        },
      );
    }
  },
);
