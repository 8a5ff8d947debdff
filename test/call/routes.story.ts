// What the domain publishes and which of its servers live decide where a call lands, never whether it does.

import assert from 'node:assert/strict';
import type { Line, Office } from '../support/office.ts';
import { SilentServer } from '../support/silent-server.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;

stories(
  'A call finds a server that lives',
  [16, 22],
  async office => {
    visitor = await office.visitor();
  },
  story => {
    story('the best one refuses: the call lands on second.mysite.test', async office => {
      await talk(office, await office.line({ first: office.nobody, second: office.addressOf(22) }), 22);
    });

    story('the best one says nothing: the call lands on second.mysite.test', async office => {
      const silent = office.add(await SilentServer.start(office.network.address(10)));
      const line = await office.line({
        first: office.network.address(10),
        second: office.addressOf(16),
        limits: { responseSeconds: 1 },
      });
      await talk(office, line, 16);
      assert.ok(
        silent.received.some(first => first.startsWith('INVITE ')),
        'it was asked first',
      );
    });

    story('nobody answers over UDP: the call goes over TCP, which the domain ranks last', async office => {
      const line = await office.line({ first: office.nobody, overTcp: office.addressOf(22) });
      await talk(office, line, 22);
      await line.gateway.waitFor(/"server":"tcp:/);
    });

    story('the domain has SRV records only', async office => {
      await talk(office, await office.line({ published: 'srv', first: office.addressOf(16) }), 16);
    });

    story('the domain has SRV records only, and the first of them is down', async office => {
      const line = await office.line({
        published: 'srv',
        first: office.nobody,
        second: office.addressOf(22),
      });
      await talk(office, line, 22);
    });

    story('the domain has an A record only', async office => {
      await talk(office, await office.line({ published: 'address', first: office.addressOf(22) }), 22);
    });

    story('no server lives: the visitor is told, and soon', async office => {
      const line = await office.line({ first: office.nobody });
      await visitor.open(line.pageFor('director'));
      await visitor.call();
      assert.deepEqual(await visitor.ended(), {
        state: 'failed',
        reason: 'server-unreachable',
      });
    });
  },
);

/** Calls the director and checks that it is this Asterisk that brings the two together. */
async function talk(office: Office, line: Line, version: 16 | 22): Promise<void> {
  const asterisk = office.asterisk(version);
  const mark = asterisk.mark();
  const phone = office.phone('105');
  await visitor.open(line.pageFor('director'));
  await visitor.call();
  await visitor.waitFor('in-call');
  await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
  await asterisk.waitFor(/Good call IP=/, { since: mark });
  await visitor.hangUp();
  await phone.waitFor('idle');
}
