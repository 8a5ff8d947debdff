// What `sip-call pbx` writes, put before the tools that will have to read it.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Asterisk } from '../support/asterisk.ts';
import { eventually } from '../support/eventually.ts';
import { fail2banConfiguration } from '../support/fail2ban.ts';
import { NameServer, zoneFile } from '../support/name-server.ts';
import { Namespace, namespacesMissing, Wire } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { run } from '../support/peer-process.ts';
import { privateFolder } from '../support/private-folder.ts';
import { repository } from '../support/repository.ts';

const LINES = [
  '2026-03-01T12:00:00.000Z sip-call ready',
  '2026-03-01T12:00:00.000Z sip-call refused wrong-destination from 203.0.113.9',
  '2026-03-01T12:00:01.000Z sip-call refused rate-limit from 2001:db8:1:2::9 in 2001:db8:1:2::/64',
  '2026-03-01T12:00:02.000Z sip-call omitted 480 lines more',
];
const MESSAGES = [
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000b] Ext. s: Wrong call IP=203.0.113.9',
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000c] Ext. s: Wrong call IP=2001:db8::9',
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000d] Ext. s: Wrong call IP=192.0.2.1 via gateway 198.51.100.7',
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000d] Ext. s: Wrong call IP=192.0.2.1 via gateway 198.51.100.7 call a page https://mysite.ru/',
  '[2026-11-22 22:45:36.406] NOTICE[26316][C-0000000e] Ext. director: Good call IP=203.0.113.10',
  "[2026-11-22 22:45:36.406] NOTICE[26316] chan_sip.c: Registration from '<sip:1@x>' failed for '203.0.113.11:5060' - Wrong password",
];
const DOMAIN = 'xn--80aqeigdi5k.xn--p1ai';
const MACHINES = ['gateway-and-pbx', 'asterisk.mysite.ru', 'second.mysite.ru'];

describe('the kit', { skip: partsMissing(firewallPrograms) || (await namespacesMissing()) }, () => {
  const folder = privateFolder('kit');
  let machine: Namespace;

  before(async () => {
    machine = await Namespace.start('a machine');
    writeFileSync(
      file('gateway.yaml'),
      [
        'listen: 127.0.0.1:8443',
        'address: 198.51.100.7',
        'url: https://call.mysite.ru',
        'proxy: { networks: [127.0.0.0/8, "::1/128", 203.0.113.0/28, 203.0.113.8/29] }',
        `log: { securityFile: ${file('security.log')} }`,
        'media: { workers: 2 }',
        'sites:',
        '  - domain: mysite.ru',
        '    origins: [https://mysite.ru]',
        '    callable: [director, 101]',
        '    pbx:',
        '      servers:',
        '        - { addresses: [192.0.2.10, "2001:db8::10"], tls: 5061 }',
        '        - 192.0.2.11',
        `  - domain: ${DOMAIN}`,
        '    origins: [https://mysite.ru]',
        '    callable: [director]',
        '    pbx: { servers: [{ name: атс.компания.рф, addresses: [198.51.100.7] }], driver: chan_sip }',
      ].join('\n'),
    );
    for (const firewall of ['iptables', 'nftables']) await write(firewall);
  });
  after(async () => await machine?.stop());

  const write = (firewall: string, name = 'gateway', out = name === 'gateway' ? firewall : name) =>
    run(process.execPath, [
      ...[join(repository, 'dist/gateway/main.js'), 'pbx', '--config', file(`${name}.yaml`)],
      ...['--firewall', firewall, '--out', file(out)],
    ]);
  function file(path: string): string {
    return join(folder, path);
  }

  for (const domain of ['mysite.ru', DOMAIN]) {
    test(`named-checkzone accepts the zone of ${domain}`, async () => {
      const whole = file(`${domain}.whole`);
      writeFileSync(whole, zoneFile(domain, file(`iptables/dns/${domain}.zone`)));
      const answer = await run('named-checkzone', [domain, whole]);
      assert.match(answer, /^OK$/m);
      assert.doesNotMatch(answer, /ignoring|warning|not an address|has no/i);
    });
  }

  test('a name server with the zones leads our own resolver to every server and transport', async () => {
    await machine.shell('ip link set lo up');
    const zones = Object.fromEntries(
      ['mysite.ru', DOMAIN].map(domain => [domain, file(`iptables/dns/${domain}.zone`)]),
    );
    const server = await NameServer.start('127.0.0.1', 53, zones, machine);
    const walk = async (address: string) => {
      const program = [join(repository, 'dist/gateway/main.js'), 'resolve', address, '--json'];
      const flags = ['--dns', '127.0.0.1:53', '--allow', '192.0.2.0/24', '2001:db8::/32', '198.51.100.0/24'];
      const answer = await run(process.execPath, [...program, ...flags], { inside: machine });
      const { targets } = JSON.parse(answer) as { targets: Record<string, unknown>[] };
      return targets.map(one => `${one.transport} ${one.address} ${one.port}`);
    };
    const found = await walk('sip:director@mysite.ru');
    assert.deepEqual(
      [...new Set(found)].filter(target => !target.includes(':')),
      [
        'udp 192.0.2.10 5060',
        'udp 192.0.2.11 5060',
        'tcp 192.0.2.10 5060',
        'tcp 192.0.2.11 5060',
        'tls 192.0.2.10 5061',
      ],
    );
    assert.ok(found.includes('udp 2001:db8::10 5060'));
    assert.deepEqual(await walk(`sip:director@${DOMAIN}`), [
      'udp 198.51.100.7 5060',
      'tcp 198.51.100.7 5060',
    ]);
    const secure = await walk('sips:director@mysite.ru');
    assert.deepEqual([...new Set(secure.map(target => target.split(' ')[0]))], ['tls']);
    await server.stop();
  });

  for (const name of MACHINES) {
    test(`iptables and nftables take the rules of ${name}`, async () => {
      await machine.shell(`
        iptables-restore --test < ${file(`iptables/${name}/etc/iptables.up`)}
        ip6tables-restore --test < ${file(`iptables/${name}/etc/ip6tables.up`)}
        nft -c -f ${file(`nftables/${name}/etc/nftables.conf`)}
        nft -f ${file(`nftables/${name}/etc/nftables.conf`)}
        nft -f ${file(`nftables/${name}/etc/nftables.conf`)}`);
      assert.equal((await machine.shell('nft list ruleset')).match(/chain input/g)?.length, 1);
      await machine.shell('nft flush ruleset');
    });
  }

  for (const firewall of ['iptables', 'nftables']) {
    test(`${firewall} on the machine of both lets everybody in to the web, calls and media, and PBXs to the rest`, async () => {
      const wire = await Wire.start();
      const both = await wire.machine('both', '198.51.100.7/24', '192.0.2.7/24', '203.0.113.7/24');
      const stranger = await wire.machine('a stranger', '198.51.100.66/24');
      const pbx = await wire.machine('a PBX', '192.0.2.11/24');
      const proxy = await wire.machine('a proxy', '203.0.113.9/24');
      const rules = file(`${firewall}/gateway-and-pbx/etc`);
      await both.shell(
        firewall === 'iptables' ? `iptables-restore < ${rules}/iptables.up` : `nft -f ${rules}/nftables.conf`,
      );
      const reach = async (from: Namespace, address: string, ...ports: number[]) => {
        const program = [join(repository, 'dist/test/support/namespace-caller.js'), 'reach', address];
        return (await run(process.execPath, [...program, ...ports.map(String)], { inside: from })).split(
          '\n',
        );
      };
      const open = [22, 80, 443, 5060, 19000, 19001];
      const shut = [25, 5070, 8443];
      assert.deepEqual(await reach(stranger, '198.51.100.7', ...open, ...shut), [
        ...open.map(port => `${port} open`),
        ...shut.map(port => `${port} shut`),
      ]);
      assert.deepEqual(await reach(pbx, '192.0.2.7', 5070, 8443), ['5070 open', '8443 shut']);
      assert.deepEqual(await reach(proxy, '203.0.113.7', 8443, 5070), ['8443 open', '5070 shut']);
      await wire.stop();
    });

    test(`fail2ban takes filters, actions and jails for ${firewall}`, async () => {
      for (const name of MACHINES) {
        const own = filesBelow(file(`${firewall}/${name}/etc/fail2ban`));
        const configuration = fail2banConfiguration(Object.fromEntries(own));
        const answer = await run('fail2ban-client', ['-c', configuration, '-t'], { inside: machine });
        assert.match(answer, /test is successful/);
        // fail2ban warns about a default in Debian's own file.
        assert.doesNotMatch(answer.replace(/^.*'allowipv6' not defined.*$/m, ''), /WARN|ERROR/);
      }
    });
  }

  test('the filters match what is to be banned, whole networks of IPv6, and nothing else', async () => {
    assert.deepEqual(await matches('sip-call', LINES), ['203.0.113.9', '2001:db8:1:2::/64']);
    assert.deepEqual(await matches('asterisk-guest-call', MESSAGES), ['203.0.113.9', '2001:db8::9']);
    assert.deepEqual(await matches('asterisk', MESSAGES), ['203.0.113.11']);
  });

  async function matches(filter: string, lines: readonly string[]): Promise<string[]> {
    const configuration = fail2banConfiguration(
      Object.fromEntries(filesBelow(file('iptables/gateway-and-pbx/etc/fail2ban'))),
    );
    const log = join(mkdtempSync(join(folder, 'log-')), 'log');
    writeFileSync(log, `${lines.join('\n')}\n`);
    const answer = await run('fail2ban-regex', [
      ...['-c', configuration, '-o', 'ip', log, join(configuration, `filter.d/${filter}.conf`)],
    ]);
    return answer.split('\n').filter(line => /^[0-9a-f.:/]+$/.test(line));
  }

  test('chan_pjsip distinguishes IPv6 callers too, whose addresses it writes in brackets', async () => {
    // Machines of their own: a PBX that listens at [::] answers from whichever of its addresses is nearest.
    const wire = await Wire.start();
    const office = await wire.machine('the PBX', '2001:db8::22/64');
    const outside = await wire.machine('callers', '2001:db8::7/64', '2001:db8::8/64');
    writeFileSync(
      file('six.yaml'),
      [
        "listen: '[::]:443'",
        'address: 2001:db8:0::7',
        `log: { securityFile: ${file('security.log')} }`,
        "sites: [{ domain: mysite.test, origins: ['*'], callable: [101], pbx: '2001:db8::22' }]",
      ].join('\n'),
    );
    await write('iptables', 'six');
    const own = file('six/asterisk.mysite.test/etc/asterisk');
    const pbx = await Asterisk.start(22, {
      address: '[2001:db8::22]',
      inside: office,
      stock: {
        files: Object.fromEntries(filesBelow(own)),
        endings: {
          'extensions.conf': '#include sip-call/extensions.conf',
          'pjsip.conf': '#include sip-call/pjsip.conf\n#include sip-call/pjsip-transports.conf',
        },
      },
    });
    const caller = join(repository, 'dist/test/support/namespace-caller.js');
    for (const from of ['2001:db8::7', '2001:db8::8']) {
      const words = ['dial-from', from, '2001:db8::22', '2001:db8:ff::9', 'nobody'];
      assert.match(await run(process.execPath, [caller, ...words], { inside: outside }), /^nobody 404$/m);
    }
    const lines = () => pbx.messages.match(/Wrong call.*/g) ?? [];
    await eventually('both are logged', () => lines().length === 2);
    assert.deepEqual(lines(), [
      'Wrong call IP=2001:db8:ff::9 via gateway 2001:db8::7',
      'Wrong call IP=2001:db8::8',
    ]);
    await pbx.stop();
    await wire.stop();
  });

  test('logrotate takes its part', async () => {
    const answer = await machine.shell(
      `logrotate --debug ${file('iptables/gateway-and-pbx/etc/logrotate.d/sip-call')} 2>&1`,
    );
    assert.doesNotMatch(answer, /error/i);
  });
});

function filesBelow(folder: string): [path: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]);
}
