// Guessers are banned, and only they, by real fail2ban and real firewalls: the whole of the administrator's kit
// in force on machines of its own, every file as it was written.

import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Fail2ban } from '../support/fail2ban.ts';
import { namespacesMissing } from '../support/namespace.ts';
import { firewallPrograms, partsMissing } from '../support/parts.ts';
import type { PeerProcess } from '../support/peer-process.ts';
import { privateFolder } from '../support/private-folder.ts';
import { address, Company, folderOf, type Kit, PAGE } from './company.ts';

const names = Array.from({ length: 15 }, (_, index) => `name${index}@mysite.test`);
const slow = { within: 60_000 };
const FAILED_LOGIN =
  'Mar  1 12:00:00 pbx sshd[4711]: Failed password for invalid user admin from 198.51.100.99 port 4711 ssh2\n';

describe('fail2ban', { skip: partsMissing(firewallPrograms) || (await namespacesMissing()) }, () => {
  let company: Company;
  let good: PeerProcess;

  before(
    async () => {
      company = await Company.open();
      good = company.caller(
        company.machines.good,
        'call',
        company.gateway.url.replace('[::]', address.gateway),
        PAGE,
        'director@mysite.test',
      );
      await good.waitFor(/^200 /, slow);
    },
    { timeout: 240_000 },
  );
  after(async () => await company?.close());

  const url = (host: string = address.gateway) => `http://${host.includes(':') ? `[${host}]` : host}:443`;

  /** The good caller has made two more calls, the second of which began after now, and none ever failed. */
  async function goodIsUndisturbed(): Promise<void> {
    const since = good.mark();
    await good.waitFor(/^200 /, { ...slow, since });
    await good.waitFor(/^200 /, { ...slow, since: good.mark() });
    assert.doesNotMatch(good.output(), /failed/);
  }

  /** What the kit puts below /etc/fail2ban of a machine. */
  function filesOf(kit: Kit, which: keyof typeof folderOf): Record<string, string> {
    const paths =
      which === 'gateway'
        ? ['filter.d', 'action.d', 'jail.d'].map(folder => `${folder}/sip-call.conf`)
        : ['filter.d/asterisk-guest-call.conf', 'jail.d/sip-call.conf'];
    return Object.fromEntries(paths.map(path => [path, kit(`${folderOf[which]}/etc/fail2ban/${path}`)]));
  }

  async function gatewayFail2ban(kit: Kit): Promise<Fail2ban> {
    return company.add(await Fail2ban.start(company.machines.gateway, filesOf(kit, 'gateway')));
  }

  const guess = (host?: string) =>
    company.caller(company.machines.guesser, 'guess', url(host), PAGE, ...names);

  test('a guesser is banned by iptables, its packets no longer arrive, and the ban is lifted again', {
    timeout: 240_000,
  }, async () => {
    const { gateway, guesser } = company.machines;
    const fail2ban = await gatewayFail2ban(await company.kit());
    assert.deepEqual(await fail2ban.jails(), ['sip-call', 'sshd']);
    assert.equal(await company.isOpenTo(guesser, url()), true);
    await guess().waitFor(/^name9@mysite\.test 403$/, slow);
    await fail2ban.isBanning('sip-call', address.guesser);
    assert.equal(await company.isOpenTo(guesser, url()), false);
    const dropped = async () =>
      Number(
        /(\d+) +\d+ DROP.*198\.51\.100\.66/.exec(await gateway.shell('iptables -nvxL f2b-sip-call-tcp'))?.[1],
      );
    assert.ok((await dropped()) > 0, 'no packet was dropped by the rule');
    await goodIsUndisturbed();
    assert.deepEqual(await fail2ban.banned('sip-call'), [address.guesser]);

    await fail2ban.client('set', 'sip-call', 'unbanip', address.guesser);
    assert.equal(await company.isOpenTo(guesser, url()), true);
    await fail2ban.stop();
  });

  test('by nftables too, of IPv6 the whole network, and a ban ends by itself', {
    timeout: 240_000,
  }, async () => {
    const { gateway, guesser } = company.machines;
    const kit = await company.kit('nftables');
    await gateway.shell('iptables -F; iptables -P INPUT ACCEPT; ip6tables -F; ip6tables -P INPUT ACCEPT');
    await company.load(gateway, 'nft -f', kit('gateway/etc/nftables.conf'));
    // fail2ban begins with the lines of the last ten minutes: those of the guesser above are put away.
    await company.load(
      gateway,
      `logrotate --force --state ${company.securityLog}.state`,
      kit('gateway/etc/logrotate.d/sip-call'),
    );
    const fail2ban = await gatewayFail2ban(kit);
    await guess('2001:db8:66::7').waitFor(/^name9@mysite\.test 403$/, slow);
    await fail2ban.isBanning('sip-call', '2001:db8:66::/64');
    await guesser.shell(
      'ip addr add 2001:db8:66::1234/48 dev eth0 nodad; ip addr del 2001:db8:66::66/48 dev eth0',
    );
    assert.equal(
      await company.isOpenTo(guesser, url('2001:db8:66::7')),
      false,
      'another address of the home gets in',
    );
    assert.equal(await company.isOpenTo(guesser, url()), true, 'IPv6 alone is banned');
    await goodIsUndisturbed();

    // By hand, and so from now: a guess that a busy machine reads late would be over before it was banned.
    await fail2ban.client('set', 'sip-call', 'bantime', '2');
    await fail2ban.client('set', 'sip-call', 'banip', address.guesser);
    await eventually('the ban has ended by itself', () => / Unban 198\.51\.100\.66/.test(fail2ban.log), slow);
    assert.match(fail2ban.log, / Ban 198\.51\.100\.66/);
    assert.equal(await company.isOpenTo(guesser, url()), true);
  });

  test('the PBX logs visitors of the gateway, and bans a caller who forges its header', {
    timeout: 240_000,
  }, async () => {
    const { gateway, pbx22: machine, good: visitor, forger } = company.machines;
    const { pbx22 } = company;
    const kit = await company.kit();
    const authLog = join(privateFolder('auth'), 'auth.log');
    writeFileSync(authLog, '');
    const fail2ban = company.add(
      await Fail2ban.start(machine, filesOf(kit, 'pbx22'), {
        asterisk: dirname(pbx22.messagesFile),
        'auth.log': authLog,
      }),
    );
    assert.deepEqual(await fail2ban.jails(), ['asterisk', 'asterisk-guest-call', 'sshd']);
    const wrong = Array.from({ length: 8 }, () => 'gone');
    await company
      .caller(visitor, 'guess', url(), PAGE, ...wrong.map(user => `${user}@mysite.test`))
      .waitFor(/^gone@mysite\.test 480$/, slow);
    await eventually(
      'all of them are logged',
      () => linesOfVisitor(pbx22.messages, address.good).length === 8,
      slow,
    );
    // Without the header, the calls of all visitors come from the gateway's address.
    await company.caller(gateway, 'dial', address.pbx22, '', ...wrong).waitFor(/^gone 404$/, slow);
    await company.caller(forger, 'dial', address.pbx22, address.good, ...wrong).waitFor(/^gone 404$/, slow);
    await fail2ban.isBanning('asterisk-guest-call', address.forger);
    assert.deepEqual(await fail2ban.banned('asterisk-guest-call'), [address.forger]);
    assert.match(pbx22.messages, /Wrong call IP=198\.51\.100\.99$/m);
    assert.equal(linesOfVisitor(pbx22.messages, address.good).length, 8, 'a forged header was believed');
    const before = pbx22.messages.length;
    await assert.rejects(
      company
        .caller(forger, 'dial', address.pbx22, address.good, 'gone')
        .waitFor(/^gone 404$/, { within: 1_500 }),
    );
    assert.equal(pbx22.messages.slice(before).includes(address.forger), false, 'it still arrives');
    await goodIsUndisturbed();
    assert.match(pbx22.messages, /Good call IP=198\.51\.100\.50 via gateway 198\.51\.100\.7 call /m);

    const now = new Date().toISOString().replace('Z', '+00:00');
    appendFileSync(authLog, FAILED_LOGIN.replace('Mar  1 12:00:00', now).repeat(5));
    await fail2ban.isBanning('sshd', address.forger);
    await fail2ban.stop();
  });

  test('on a machine without these logs every jail starts, and a wrong jail stops only itself', {
    timeout: 240_000,
  }, async () => {
    const kit = await company.kit();
    rmSync(`${company.securityLog}.state`, { force: true });
    const all = {
      ...filesOf(kit, 'pbx16'),
      'jail.d/zz-own.local': '[own]\nenabled = true\nfilter = no-such\n',
    };
    const fail2ban = company.add(await Fail2ban.start(company.machines.pbx16, all));
    assert.deepEqual(await fail2ban.jails(), ['asterisk', 'asterisk-guest-call', 'sshd']);
    await fail2ban.stop();
  });

  for (const version of [16, 22] as const) {
    test(`on Asterisk ${version} no good call is ever a wrong one, and h, i and t are`, {
      timeout: 240_000,
    }, async () => {
      const pbx = version === 16 ? company.pbx16 : company.pbx22;
      const domain = version === 16 ? 'old.mysite.test' : 'mysite.test';
      const status = version === 16 ? 200 : 404;
      const wrongs = () => pbx.messages.match(/Wrong call/g)?.length ?? 0;
      const before = wrongs();
      const caller = company.caller(company.machines.good, 'call', url(), PAGE, `director@${domain}`);
      await caller.waitFor(/^200 3$/, slow);
      await caller.stop();
      if (version === 16) await pbx.quiet();
      assert.equal(wrongs(), before);
      const { gateway } = company.machines;
      // From the gateway's own address: its header is trusted, without characters that no address has.
      const forged = '203.0.113.9 told ${SHELL(id)}';
      const users = ['h', 'i', 't', 's', 'x;y', 'gone'];
      await company
        .caller(gateway, 'dial', pbx.address, forged, ...users)
        .waitFor(new RegExp(`^gone ${status}$`), slow);
      // Asterisk answers before it has written.
      await eventually('all of them are logged', () => wrongs() === before + 6, slow);
      const after = pbx.messages.match(/Wrong call.*/g)?.slice(before);
      assert.deepEqual(after, Array(6).fill('Wrong call IP=203.0.113.9dEd via gateway 198.51.100.7'));
    });
  }
});

function linesOfVisitor(messages: string, visitor: string): string[] {
  const line = `Wrong call IP=${visitor} via gateway ${address.gateway} call `;
  return messages.split('\n').filter(text => text.includes(line));
}
