// Gateways whose own address is not the one that others know: behind a 1:1 NAT, and in a container whose ports are mapped.
// The NAT is the kernel's own.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Asterisk } from '../support/asterisk.ts';
import { type Namespace, namespacesMissing } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { address, gone, Internet, ports } from './internet.ts';

const skip = partsMissing() || partsMissing(firewallPrograms) || (await namespacesMissing());

/** Who is behind the router has this network. */
const inside = { router: '10.0.0.1', gateway: '10.0.0.5', visitor: '10.0.0.50', pbx: '10.0.0.22' };
/** Ports of the container, as others know them. */
const outside = { web: 18_443, sip: 15_060, browsers: 29_000, rtp: [30_000, 30_998] };

describe('a gateway whose address is translated', { skip, timeout: 300_000 }, () => {
  let internet: Internet;
  afterEach(async () => await internet.close());

  /** A PBX, a visitor, and a router with the gateway's public address, behind which the gateway is. */
  async function behindRouter(...rules: readonly string[]) {
    internet = await Internet.start();
    const wire = await internet.inner();
    const [pbxMachine, visitor, router] = await Promise.all([
      internet.wire.machine('the PBX', `${address.pbx}/24`),
      internet.wire.machine('a visitor', `${address.visitor}/24`),
      internet.wire.machine('the router', `${address.gateway}/24`),
    ]);
    const machine = await wire.machine('the gateway', `${inside.gateway}/24`);
    await wire.plug(router, 'eth1', `${inside.router}/24`);
    await router.shell(['echo 1 > /proc/sys/net/ipv4/ip_forward', ...rules].join('\n'));
    await machine.shell(`ip route add default via ${inside.router}`);
    return { wire, pbxMachine, visitor, router, machine };
  }

  const oneToOne = [
    `iptables -t nat -A PREROUTING -i eth0 -d ${address.gateway} -j DNAT --to-destination ${inside.gateway}`,
    `iptables -t nat -A POSTROUTING -o eth0 -s ${inside.gateway} -j SNAT --to-source ${address.gateway}`,
  ];

  test('behind a 1:1 NAT a call has sound both ways, and everybody is told the public address', async () => {
    const { pbxMachine, visitor, machine } = await behindRouter(...oneToOne);
    const pbx = await internet.pbx(pbxMachine, address.pbx);
    internet.dns(machine, address.pbx);
    await internet.gateway(machine, { announce: address.gateway });
    await pbx.cli('pjsip set logger on');
    const { candidates, by } = await internet.talk(visitor, `http://${address.gateway}:${ports.web}`, 4);
    assert.equal(by, address.gateway);
    assert.equal(
      candidates,
      `udp ${address.gateway} ${ports.browsers}, tcp ${address.gateway} ${ports.browsers}`,
    );
    const invite = inviteAt(pbx);
    assert.match(invite, new RegExp(`^Via: SIP/2.0/UDP ${address.gateway}:5060;`, 'm'));
    assert.match(invite, new RegExp(`^Contact: <sip:${address.gateway}:5060>`, 'm'));
    assert.match(invite, new RegExp(`^c=IN IP4 ${address.gateway}\\s*$`, 'm'));
    assert.doesNotMatch(invite, /10\.0\.0\./);
    await internet.quiet(machine);
  });

  test('a PBX behind the same NAT is told the inner address, and visitors on both sides of it are served', async () => {
    const { wire, visitor, machine } = await behindRouter(...oneToOne);
    const [pbxMachine, colleague] = await Promise.all([
      wire.machine('the PBX', `${inside.pbx}/24`),
      wire.machine('a colleague', `${inside.visitor}/24`),
    ]);
    const pbx = await internet.pbx(pbxMachine, inside.pbx);
    internet.dns(machine, inside.pbx);
    await internet.gateway(machine, {
      bind: inside.gateway,
      announce: [address.gateway, inside.gateway],
    });
    await pbx.cli('pjsip set logger on');
    const far = await internet.talk(visitor, `http://${address.gateway}:${ports.web}`, 4);
    assert.equal(far.by, address.gateway);
    assert.match(far.candidates, new RegExp(`udp ${address.gateway} .*udp ${inside.gateway} `));
    const invite = inviteAt(pbx);
    assert.match(invite, new RegExp(`^Contact: <sip:${inside.gateway}:5060>`, 'm'));
    assert.match(invite, new RegExp(`^c=IN IP4 ${inside.gateway}\\s*$`, 'm'));
    // A colleague comes by the inner address.
    await internet.caller(colleague, 'knock', `http://${inside.gateway}:${ports.web}`).waitFor(/^open$/);
    await internet.quiet(machine);
  });

  test('in a container with mapped ports, a call has sound both ways by the ports that others know', async () => {
    const mapped = [
      ['tcp', outside.web, ports.web],
      ['udp', outside.sip, ports.sip],
      ['tcp', outside.sip, ports.sip],
      ['udp', outside.browsers, ports.browsers],
      ['tcp', outside.browsers, ports.browsers],
    ].map(
      ([transport, outer, inner]) =>
        `iptables -t nat -A PREROUTING -i eth0 -p ${transport} --dport ${outer} -j DNAT --to-destination ${inside.gateway}:${inner}`,
    );
    const { pbxMachine, visitor, machine } = await behindRouter(
      ...mapped,
      `iptables -t nat -A PREROUTING -i eth0 -p udp --dport ${outside.rtp.join(':')} -j DNAT --to-destination ${inside.gateway}:${ports.rtp.join('-')}/${outside.rtp[0]}`,
      // As Docker does for what its containers begin.
      `iptables -t nat -A POSTROUTING -o eth0 -s ${inside.gateway} -j MASQUERADE`,
    );
    const pbx = await internet.pbx(pbxMachine, address.pbx);
    internet.dns(machine, address.pbx);
    const gateway = await internet.gateway(
      machine,
      {
        bind: '0.0.0.0',
        announce: address.gateway,
        ports: [
          `${outside.web}:${ports.web}/tcp`,
          `${outside.sip}:${ports.sip}`,
          `${outside.browsers}:${ports.browsers}`,
          `${outside.rtp.join('-')}:${ports.rtp.join('-')}/udp`,
        ],
      },
      { listen: `0.0.0.0:${ports.web}` },
    );
    await gateway.waitFor(new RegExp(`"url":"http://${address.gateway}:${outside.web}".*"msg":"ready"`));
    await pbx.cli('pjsip set logger on');
    const { candidates, by } = await internet.talk(visitor, `http://${address.gateway}:${outside.web}`, 4);
    assert.equal(by, address.gateway);
    assert.equal(
      candidates,
      `udp ${address.gateway} ${outside.browsers}, tcp ${address.gateway} ${outside.browsers}`,
    );
    const invite = inviteAt(pbx);
    assert.match(invite, new RegExp(`^Contact: <sip:${address.gateway}:${outside.sip}>`, 'm'));
    const [, rtp = ''] = /^m=audio (\d+) /m.exec(invite) ?? [];
    assert.ok(Number(rtp) >= 30_000 && Number(rtp) <= 30_998, rtp);
    // The PBX hangs up by a request of its own, to the port that it was told.
    await hungUpByPbx(pbx, visitor, `http://${address.gateway}:${outside.web}`);
    await internet.quiet(machine);
  });

  /** A call whose end comes from the PBX. */
  async function hungUpByPbx(pbx: Asterisk, visitor: Namespace, url: string): Promise<void> {
    const caller = internet.caller(visitor, 'hear-out', url, 'https://mysite.test', 'echo@mysite.test');
    await caller.waitFor(/^answered$/, { within: 60_000 });
    const [channel = ''] = await pbx.channels();
    await pbx.cli(`channel request hangup ${channel.split('!')[0]}`);
    await caller.waitFor(/^hung up$/, { within: 60_000 });
    await gone(caller);
  }
});

/** The INVITE as the PBX's own log of SIP has it. */
function inviteAt(pbx: Asterisk): string {
  const [, ...blocks] = pbx.log.split(/^<--- Received SIP request .*$/m);
  const invite = blocks.find(block => block.trimStart().startsWith('INVITE'));
  assert.ok(invite, pbx.log.slice(-3000));
  return invite.split(/^<--- Transmitting/m)[0] ?? '';
}
