// Gateways of one address family and of both: visitors and PBXs have whichever they have.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Asterisk } from '../support/asterisk.ts';
import { type Namespace, namespacesMissing } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { address, Internet, ports } from './internet.ts';

const skip = partsMissing() || partsMissing(firewallPrograms) || (await namespacesMissing());

const url = { 4: `http://${address.gateway}:${ports.web}`, 6: `http://[${address.gateway6}]:${ports.web}` };

/** Calls that a PBX has been asked for, by its own log of SIP. */
function invites(pbx: Asterisk): number {
  return [...pbx.log.matchAll(/^INVITE sip:echo@/gm)].length;
}

describe('a gateway with addresses of both families', { skip, timeout: 300_000 }, () => {
  let internet: Internet;
  let visitor: Namespace;
  let machine: Namespace;
  let pbx4: Asterisk;
  let pbx6: Asterisk;

  before(async () => {
    internet = await Internet.start();
    const [pbxMachine, ...others] = await Promise.all([
      internet.wire.machine('the PBX', `${address.pbx}/24`, `${address.pbx6}/64`),
      internet.wire.machine('a visitor', `${address.visitor}/24`, `${address.visitor6}/64`),
      internet.wire.machine('the gateway', `${address.gateway}/24`, `${address.gateway6}/64`),
    ]);
    [visitor, machine] = others as [Namespace, Namespace];
    pbx4 = await internet.pbx(pbxMachine as Namespace, address.pbx);
    pbx6 = await internet.pbx(pbxMachine as Namespace, address.pbx6);
    for (const pbx of [pbx4, pbx6]) await pbx.cli('pjsip set logger on');
  });
  after(async () => await internet.close());

  /** One gateway, whose PBX has these addresses, for as long as `work` takes. */
  async function withPbx(addresses: readonly string[], work: () => Promise<void>): Promise<void> {
    internet.dns(machine, ...addresses);
    const gateway = await internet.gateway(machine, [address.gateway, address.gateway6]);
    try {
      await work();
      await internet.quiet(machine);
    } finally {
      await gateway.stop();
      await internet.stopDns();
    }
  }

  test('a call that came by IPv6 leaves by IPv4, and one by IPv4 by IPv6; sound crosses', async () => {
    await withPbx([address.pbx], async () => {
      const { by, candidates } = await internet.talk(visitor, url[6], 6);
      assert.equal(by, address.gateway6);
      assert.equal(
        candidates,
        [
          `udp ${address.gateway}`,
          `udp ${address.gateway6}`,
          `tcp ${address.gateway}`,
          `tcp ${address.gateway6}`,
        ]
          .map(one => `${one} ${ports.browsers}`)
          .join(', '),
      );
      assert.deepEqual([invites(pbx4), invites(pbx6)], [1, 0]);
    });
    await withPbx([address.pbx6], async () => {
      assert.equal((await internet.talk(visitor, url[4], 4)).by, address.gateway);
      assert.deepEqual([invites(pbx4), invites(pbx6)], [1, 1]);
      assert.match(pbx6.log, new RegExp(`Contact: <sip:\\[${address.gateway6}\\]:5060>`));
      assert.match(pbx6.log, new RegExp(`c=IN IP6 ${address.gateway6}\\b`));
    });
  });

  test('a PBX of both families is called by IPv6, once', async () => {
    const before = [invites(pbx4), invites(pbx6)];
    await withPbx([address.pbx, address.pbx6], async () => {
      await internet.talk(visitor, url[4], 4);
    });
    assert.deepEqual([invites(pbx4), invites(pbx6)], [before[0], (before[1] ?? 0) + 1]);
  });

  test('an address without a route, or where nobody answers, costs an attempt; the phone rings once', async () => {
    const before = [invites(pbx4), invites(pbx6)];
    // One without a route to it, and one on the wire that no machine has.
    for (const [index, gone] of ['2001:db8:99::22', '2001:db8:66::99'].entries()) {
      await withPbx([address.pbx, gone], async () => {
        await internet.talk(visitor, url[4], 4);
      });
      assert.deepEqual([invites(pbx4), invites(pbx6)], [(before[0] ?? 0) + index + 1, before[1]]);
    }
  });
});

describe('a gateway with IPv6 alone', { skip, timeout: 300_000 }, () => {
  test('serves visitors and a PBX of IPv6', async context => {
    const internet = await Internet.start();
    context.after(() => internet.close());
    const [pbxMachine, visitor, machine] = await Promise.all([
      internet.wire.machine('the PBX', `${address.pbx6}/64`),
      internet.wire.machine('a visitor', `${address.visitor6}/64`),
      internet.wire.machine('the gateway', `${address.gateway6}/64`),
    ]);
    const pbx = await internet.pbx(pbxMachine, address.pbx6);
    await pbx.cli('pjsip set logger on');
    internet.dns(machine, address.pbx6);
    // Its file names no address.
    await internet.gateway(machine, undefined);
    const { by } = await internet.talk(visitor, url[6], 6);
    assert.equal(by, address.gateway6);
    assert.equal(invites(pbx), 1);
    await internet.quiet(machine);
  });
});
