// What `sip-call pbx` writes, put before the tools that will have to read it.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Asterisk } from '../support/asterisk.ts';
import { eventually } from '../support/eventually.ts';
import { fail2banConfiguration } from '../support/fail2ban.ts';
import { Namespace, namespacesMissing } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import { run } from '../support/peer-process.ts';
import { privateFolder } from '../support/private-folder.ts';
import { repository } from '../support/repository.ts';

const LINES = [
  '2026-03-01T12:00:00.000Z sip-call ready',
  '2026-03-01T12:00:00.000Z sip-call refused wrong-destination from 203.0.113.9',
  '2026-03-01T12:00:01.000Z sip-call refused rate from 2001:db8:1:2::9 in 2001:db8:1:2::/64',
  '2026-03-01T12:00:02.000Z sip-call omitted 480 lines more',
];
const MESSAGES = [
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000b] Ext. s: Wrong call IP=203.0.113.9',
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000c] Ext. s: Wrong call IP=2001:db8::9',
  '[2026-11-22 22:45:31.473] WARNING[26218][C-0000000d] Ext. s: Wrong call IP=192.0.2.1 told by the gateway 198.51.100.7',
  '[2026-11-22 22:45:36.406] NOTICE[26316][C-0000000e] Ext. director: Good call IP=203.0.113.10',
  "[2026-11-22 22:45:36.406] NOTICE[26316] chan_sip.c: Registration from '<sip:1@x>' failed for '203.0.113.11:5060' - Wrong password",
];

describe('the kit', { skip: partsMissing(firewallPrograms) || (await namespacesMissing()) }, () => {
  const folder = privateFolder('kit');
  let machine: Namespace;

  before(async () => {
    machine = await Namespace.start('a machine');
    writeFileSync(
      join(folder, 'gateway.yaml'),
      [
        'listen: 0.0.0.0:443',
        'address: 198.51.100.7',
        'url: https://call.mysite.ru',
        `log: { security: ${join(folder, 'security.log')} }`,
        'media: { workers: 2 }',
        'sites: [{ domain: mysite.ru, origins: [https://mysite.ru], callable: [director, 101] }]',
      ].join('\n'),
    );
    writeFileSync(join(folder, 'security.log'), '');
    for (const firewall of ['iptables', 'nftables']) await write(firewall);
  });
  after(async () => await machine?.stop());

  const write = (firewall: string, name = 'gateway', out = name === 'gateway' ? firewall : name) =>
    run(process.execPath, [
      ...[join(repository, 'dist/gateway/main.js'), 'pbx', '--config', join(folder, `${name}.yaml`)],
      ...['--pbx', '192.0.2.10', '2001:db8::10', '--firewall', firewall, '--out', join(folder, out)],
    ]);
  const file = (path: string) => join(folder, path);

  test('the zone is one', async () => {
    const records = readFileSync(file('iptables/dns/mysite.ru.zone'), 'utf8');
    const head = '@ 60 IN SOA ns hostmaster 1 2 3 4 5\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n';
    writeFileSync(file('zone'), `$ORIGIN mysite.ru.\n${head}${records}`);
    assert.match(await run('named-checkzone', ['mysite.ru', file('zone')]), /^OK$/m);
  });

  for (const side of ['gateway', 'pbx']) {
    test(`iptables and nftables take the rules of the ${side}`, async () => {
      await machine.shell(`
        iptables-restore --test < ${file(`iptables/${side}/iptables.up`)}
        ip6tables-restore --test < ${file(`iptables/${side}/ip6tables.up`)}
        nft -c -f ${file(`nftables/${side}/nftables.conf`)}
        nft -f ${file(`nftables/${side}/nftables.conf`)}
        nft -f ${file(`nftables/${side}/nftables.conf`)}`);
      assert.equal((await machine.shell('nft list ruleset')).match(/chain input/g)?.length, 1);
    });
  }

  for (const firewall of ['iptables', 'nftables']) {
    test(`fail2ban takes filters, actions and jails for ${firewall}`, async () => {
      writeFileSync(file('messages'), '');
      const own = ['gateway', 'pbx'].flatMap(side => filesBelow(file(`${firewall}/${side}/fail2ban`)));
      const files = Object.fromEntries(
        own.map(([path, text]) => [path, text.replace('/var/log/asterisk/messages', file('messages'))]),
      );
      const configuration = fail2banConfiguration(files);
      const answer = await run('fail2ban-client', ['-c', configuration, '-t'], { inside: machine });
      assert.match(answer, /test is successful/);
      // Debian's own file leaves one thing to its default, and is told so.
      assert.doesNotMatch(answer.replace(/^.*'allowipv6' not defined.*$/m, ''), /WARN|ERROR/);
    });
  }

  test('the filters match what is to be banned, whole networks of IPv6, and nothing else', async () => {
    assert.deepEqual(await matches('gateway', 'sip-call', LINES), ['203.0.113.9', '2001:db8:1:2::/64']);
    assert.deepEqual(await matches('pbx', 'asterisk-guest-call', MESSAGES), [
      '203.0.113.9',
      '2001:db8::9',
      '203.0.113.11',
    ]);
  });

  async function matches(side: string, filter: string, lines: readonly string[]): Promise<string[]> {
    const configuration = fail2banConfiguration(
      Object.fromEntries(filesBelow(file(`iptables/${side}/fail2ban`))),
    );
    const log = join(mkdtempSync(join(folder, 'log-')), 'log');
    writeFileSync(log, `${lines.join('\n')}\n`);
    const answer = await run('fail2ban-regex', [
      ...['-c', configuration, '-o', 'ip', log, join(configuration, `filter.d/${filter}.conf`)],
    ]);
    return answer.split('\n').filter(line => /^[0-9a-f.:/]+$/.test(line));
  }

  test('chan_pjsip tells callers apart over IPv6 too, whose addresses it writes in brackets', async () => {
    await machine.shell(
      'ip link set lo up; for a in 7 8 22; do ip addr add 2001:db8::$a/128 dev lo nodad; done',
    );
    writeFileSync(
      file('six.yaml'),
      "listen: '[::]:443'\naddress: 2001:db8:0::7\nsites: [{ domain: mysite.test, origins: ['*'], callable: [101] }]\n",
    );
    await write('iptables', 'six');
    const extensions = readFileSync(file('six/pbx/chan_pjsip/extensions.conf'), 'utf8');
    const pbx = await Asterisk.start(22, { address: '[2001:db8::22]', inside: machine, extensions });
    const caller = join(repository, 'dist/test/support/namespace-caller.js');
    for (const from of ['2001:db8::7', '2001:db8::8']) {
      const words = ['dial-from', from, '2001:db8::22', '2001:db8:ff::9', 'nobody'];
      assert.match(await run(process.execPath, [caller, ...words], { inside: machine }), /^nobody 404$/m);
    }
    const lines = () => pbx.messages.match(/Wrong call.*/g) ?? [];
    await eventually('both are logged', () => lines().length === 2);
    assert.deepEqual(lines(), [
      'Wrong call IP=2001:db8:ff::9 told by the gateway 2001:db8::7',
      'Wrong call IP=2001:db8::8',
    ]);
    await pbx.stop();
  });

  test('logrotate takes its part', async () => {
    const answer = await machine.shell(
      `logrotate --debug ${file('iptables/gateway/logrotate.d/sip-call')} 2>&1`,
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
