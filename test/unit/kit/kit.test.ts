// The files of the kit as text. test/firewall loads them into the programs that read them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { type KitFile, kit } from '../../../gateway/kit/kit.ts';
import { type KitOptions, readDeployment } from '../../../gateway/kit/read-deployment.ts';

const defaults: KitOptions = { firewall: 'iptables', ssh: '22' };
const people = ['director', 101, { user: 'alex', extension: 106 }];
const PBX = 'asterisk.mysite.ru/etc';

type Sites = ConfigInput['sites'];
type Pbx = Sites[number]['pbx'];

function site(pbx: Pbx, more: Partial<Sites[number]> = {}): Sites[number] {
  return { domain: 'mysite.ru', origins: ['*'], callable: people, pbx, ...more };
}

function deployment(more: Partial<ConfigInput> = {}, options: Partial<KitOptions> = {}) {
  const config = configFrom({
    listen: '0.0.0.0:443',
    address: '198.51.100.7',
    log: { securityFile: '/var/log/sip-call/security.log' },
    sites: [site('192.0.2.10')],
    ...more,
  });
  return readDeployment(config, { ...defaults, ...options });
}

function files(...settings: Parameters<typeof deployment>): readonly KitFile[] {
  return kit(deployment(...settings));
}

function file(path: string, ...settings: Parameters<typeof deployment>): string {
  const all = files(...settings);
  const found = all.find(one => one.path === path);
  assert.ok(found, `no ${path} among ${all.map(one => one.path).join(', ')}`);
  return found.text;
}

function problems(...settings: Parameters<typeof deployment>): readonly string[] {
  try {
    deployment(...settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** Lines of a zone without TTL, class and padding. */
function records(text: string): string[] {
  return text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith(';'))
    .map(line => line.replace(/ +3600 IN /, ' ').replace(/ {2,}/g, ' '));
}

for (const driver of ['chan_sip', 'chan_pjsip'] as const) {
  const extensions = (sites: Sites) => file(`${PBX}/asterisk/sip-call/extensions.conf`, { sites });

  test(`${driver}: people ring at their extension or their own number; others get 480`, () => {
    const lines = extensions([site({ servers: ['192.0.2.10'], driver })]).split('\n');
    assert.deepEqual(
      lines.filter(line => line.includes('Dial(')),
      [' same => n,Dial(Local/101@default)', ' same => n,Dial(Local/106@default)'],
    );
    const director = lines.findIndex(line => line.startsWith('exten => director,1,Log(WARNING'));
    assert.match(lines[director + 1] ?? '', /Hangup\(20\)/);
  });

  test(`${driver}: one context holds one pattern, and what was dialled is never logged`, () => {
    const text = extensions([site({ servers: ['192.0.2.10'], driver })]);
    assert.deepEqual(text.match(/^exten => _.*$/gm), ['exten => _[!-~]!,1,Goto(guest-call-wrong,s,1)']);
    assert.doesNotMatch(text, /\$\{EXTEN|include =>/);
  });

  test(`${driver}: the dialplan of a site with sendVisitorAddress: false does not read the header`, () => {
    const text = extensions([site({ servers: ['192.0.2.10'], driver }, { sendVisitorAddress: false })]);
    assert.doesNotMatch(text, /X-Sip-Call-Address|VISITOR/);
    assert.match(text, /X-Sip-Call-Page/);
  });
}

test('each driver has files of its own, which the stock ones include', () => {
  const paths = (pbx: Pbx) =>
    files({ sites: [site(pbx)] })
      .map(one => one.path)
      .filter(path => path.includes('/asterisk/'));
  const folder = `${PBX}/asterisk/sip-call`;
  assert.deepEqual(paths('192.0.2.10'), [
    `${folder}/extensions.conf`,
    `${folder}/pjsip.conf`,
    `${folder}/pjsip-transports.conf`,
  ]);
  const old = { servers: ['192.0.2.10'], driver: 'chan_sip' as const };
  assert.deepEqual(paths(old), [`${folder}/extensions.conf`, `${folder}/sip.conf`]);
  assert.match(file(`${folder}/sip.conf`, { sites: [site(old)] }), /^\[general\]\(\+\)$/m);
});

test('a second server and TLS are the four records of the founding document', () => {
  const servers = [{ addresses: ['192.0.2.10', '2001:db8::10'], tls: 5061 }, '192.0.2.11'];
  assert.deepEqual(records(file('dns/mysite.ru.zone', { sites: [site({ servers })] })), [
    'mysite.ru. NAPTR 10 50 "s" "SIP+D2U" "" _sip._udp.mysite.ru.',
    'mysite.ru. NAPTR 10 51 "s" "SIP+D2U" "" _sip._udp.second.mysite.ru.',
    'mysite.ru. NAPTR 20 50 "s" "SIP+D2T" "" _sip._tcp.mysite.ru.',
    'mysite.ru. NAPTR 20 50 "s" "SIPS+D2T" "" _sips._tcp.mysite.ru.',
    '_sip._udp.mysite.ru. SRV 10 0 5060 asterisk.mysite.ru.',
    '_sip._udp.mysite.ru. SRV 20 0 5060 second.mysite.ru.',
    '_sip._tcp.mysite.ru. SRV 10 0 5060 asterisk.mysite.ru.',
    '_sip._tcp.mysite.ru. SRV 20 0 5060 second.mysite.ru.',
    '_sips._tcp.mysite.ru. SRV 10 0 5061 asterisk.mysite.ru.',
    '_sip._udp.second.mysite.ru. SRV 10 0 5060 second.mysite.ru.',
    'asterisk.mysite.ru. A 192.0.2.10',
    'asterisk.mysite.ru. AAAA 2001:db8::10',
    'second.mysite.ru. A 192.0.2.11',
  ]);
});

test('a zone names the transports and ports that are there, and no others', () => {
  const servers = [{ name: 'mysite.ru.', addresses: ['192.0.2.10'], udp: false as const, tcp: 5080 }];
  assert.deepEqual(records(file('dns/mysite.ru.zone', { sites: [site({ servers })] })), [
    'mysite.ru. NAPTR 20 50 "s" "SIP+D2T" "" _sip._tcp.mysite.ru.',
    '_sip._tcp.mysite.ru. SRV 10 0 5080 mysite.ru.',
    'mysite.ru. A 192.0.2.10',
  ]);
});

test('for a server of another zone the file has a comment with its address', () => {
  const sites = [site({ servers: [{ name: 'pbx.hoster.ru', addresses: ['192.0.2.10'] }, '192.0.2.11'] })];
  const text = file('dns/mysite.ru.zone', { sites });
  assert.match(text, /^; pbx\.hoster\.ru is in another zone\. There it needs: 192\.0\.2\.10$/m);
  assert.equal(
    records(text).some(line => line.startsWith('pbx.hoster.ru')),
    false,
  );
  const hoster = site('192.0.2.20', { domain: 'hoster.ru' });
  const theirs = file('dns/hoster.ru.zone', { sites: [...sites, hoster] });
  assert.ok(records(theirs).includes('pbx.hoster.ru. A 192.0.2.10'));
});

test('names in letters of any script are written as DNS has them', () => {
  const domain = 'xn--80aqeigdi5k.xn--p1ai';
  const servers = [{ name: 'АТС.Компания.рф', addresses: ['192.0.2.10'] }];
  const zone = records(file(`dns/${domain}.zone`, { sites: [site({ servers }, { domain })] }));
  assert.ok(zone.includes(`_sip._udp.${domain}. SRV 10 0 5060 xn--80a8ac.${domain}.`));
  assert.ok(zone.includes(`xn--80a8ac.${domain}. A 192.0.2.10`));
});

test('a domain that is an address has no zone, and is its own PBX', () => {
  const sites = [site(undefined, { domain: '192.0.2.10' })];
  assert.deepEqual(
    files({ sites }).filter(({ path }) => /^dns|zone/.test(path)),
    [],
  );
  file('pbx-192.0.2.10/etc/asterisk/sip-call/extensions.conf', { sites });
});

test('the gateway has a record where its name is of the domain and leads to its machine', () => {
  const zone = (more: Partial<ConfigInput>) => file('dns/mysite.ru.zone', more);
  const record = /^call\.mysite\.ru\. .* A +198\.51\.100\.7$/m;
  const url = 'https://call.mysite.ru';
  assert.match(zone({ url }), record);
  assert.match(zone({ url, proxy: { networks: ['127.0.0.0/8'] } }), record);
  assert.doesNotMatch(zone({ url, proxy: { networks: ['203.0.113.0/28'] } }), /call\./);
  assert.doesNotMatch(zone({ url: 'https://call.other.ru' }), /call\./);
  assert.doesNotMatch(zone({ url: 'https://mysite.ru' }), /198\.51\.100\.7/);
});

test('each site has files of its own, and two sites with one PBX have one dialplan', () => {
  const other = site('192.0.2.10', {
    domain: 'other.ru',
    callable: [{ user: 'director', extension: 205 }, 'anna'],
  });
  const all = { sites: [site('192.0.2.10'), other] };
  assert.deepEqual(
    files(all)
      .map(({ path }) => path.split('/').slice(0, 2).join('/'))
      .filter((path, index, list) => list.indexOf(path) === index),
    ['README.txt', 'dns/mysite.ru.zone', 'dns/other.ru.zone', 'gateway/etc', PBX],
  );
  const text = file(`${PBX}/asterisk/sip-call/extensions.conf`, all);
  assert.match(text, /^exten => alex,1,Goto\(guest-call-at-mysite\.ru,alex,1\)$/m);
  assert.match(text, /^exten => anna,1,Goto\(guest-call-at-other\.ru,anna,1\)$/m);
  assert.match(text, /^exten => director,1,Goto\(guest-call-domains,director,1\)$/m);
  assert.match(text, /"\$\{DOMAIN\}" = "other\.ru"\]\?guest-call-at-other\.ru,director,1\)$/m);
});

test('a context of a long domain keeps within what Asterisk reads', () => {
  const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.ru`;
  const text = file(`asterisk.${domain}/etc/asterisk/sip-call/extensions.conf`, {
    sites: [site('192.0.2.10', { domain })],
  });
  for (const [, name = ''] of text.matchAll(/^\[(.*?)\]/gm)) assert.ok(name.length <= 79, name);
});

test('two people share a telephone, names have dots and hyphens, and what they are called changes nothing', () => {
  const callable = [
    { user: 'anna.petrova', extension: 105, name: 'Anna "Anya" ;-- Petrova' },
    { user: 'front-desk', extension: 105 },
  ];
  const text = file(`${PBX}/asterisk/sip-call/extensions.conf`, {
    sites: [site('192.0.2.10', { callable })],
  });
  assert.equal(text.match(/Dial\(Local\/105@default\)/g)?.length, 2);
  assert.match(text, /^exten => anna\.petrova,1,Gosub/m);
  assert.match(text, /^exten => front-desk,1,Gosub/m);
  assert.equal(text.includes('Anya'), false);
});

test('the seminar is a conference, others by choice', () => {
  const rooms = (callable: Sites[number]['callable']) =>
    file(`${PBX}/asterisk/sip-call/extensions.conf`, { sites: [site('192.0.2.10', { callable })] }).match(
      /ConfBridge\(.*\)/g,
    ) ?? [];
  assert.deepEqual(rooms(['seminar', { user: 'room', conference: true }]), [
    'ConfBridge(seminar@mysite.ru)',
    'ConfBridge(room@mysite.ru)',
  ]);
  assert.deepEqual(rooms([{ user: 'seminar', extension: 800 }]), []);
  assert.deepEqual(rooms([{ user: 'seminar', conference: false }]), []);
});

test('bad-user is played by choice', () => {
  const wrong = (wrongNumber: '404' | 'bad-user') =>
    file(`${PBX}/asterisk/sip-call/extensions.conf`, {
      sites: [site({ servers: ['192.0.2.10'], wrongNumber })],
    });
  assert.match(wrong('bad-user'), /^ same => n,Playback\(bad-user\)\n same => n,Hangup\(\)$/m);
  assert.doesNotMatch(wrong('404'), /Playback/);
});

test('gateway and PBX on one machine have one firewall and no port in common', () => {
  for (const address of ['198.51.100.7', '127.0.0.1']) {
    const sites = [site(address), site('192.0.2.20', { domain: 'other.ru' })];
    const all = files({ sites }).map(({ path }) => path);
    assert.deepEqual(
      all.filter(path => path.endsWith('/iptables.up')),
      ['gateway-and-pbx/etc/iptables.up', 'asterisk.other.ru/etc/iptables.up'],
    );
    assert.deepEqual(new Set(all).size, all.length);
    const rules = file('gateway-and-pbx/etc/iptables.up', { sites });
    assert.match(rules, /^-A INPUT -p udp --dport 5060 -j ACCEPT$/m);
    assert.match(rules, /^-A INPUT -s 192\.0\.2\.20 -p udp --dport 5070 -j ACCEPT$/m);
    assert.match(rules, /^-A INPUT -p udp --dport 10000:18999 -j ACCEPT$/m);
    assert.match(file('gateway-and-pbx/etc/asterisk/sip-call/rtp.conf', { sites }), /^rtpend=18999$/m);
    assert.match(file('dns/mysite.ru.zone', { sites }), /^asterisk\.mysite\.ru\. .* A +198\.51\.100\.7$/m);
  }
});

test('ports that gateway and PBX of one machine both use are refused', () => {
  const sites = [site({ servers: ['198.51.100.7'], rtp: [10_000, 20_000] })];
  assert.deepEqual(problems({ sites, sip: { udp: 5060 } }), [
    'media.browserPort: the gateway and the PBX asterisk.mysite.ru are on one machine, and rtp of the PBX also uses UDP port 10000 to 20000, got 19000',
    'sip.udp: the gateway and the PBX asterisk.mysite.ru are on one machine, and udp of the PBX also uses UDP port 5060, got 5060; remove the key, and the gateway uses a free port',
    'media.pbxPorts: the gateway and the PBX asterisk.mysite.ru are on one machine, and rtp of the PBX also uses UDP port 10000 to 20000, got 20000 to 29999',
  ]);
});

test('the gateway lets PBXs in where only they have business, all of them, in their family', () => {
  const sites = [
    site({ servers: [{ addresses: ['192.0.2.10', '2001:db8::10'] }] }),
    site('192.0.2.20', { domain: 'other.ru' }),
  ];
  const four = file('gateway/etc/iptables.up', { sites });
  const six = file('gateway/etc/ip6tables.up', { sites });
  for (const source of ['192.0.2.10', '192.0.2.20']) {
    assert.match(four, new RegExp(`^-A INPUT -s ${source} -p udp --dport 20000:29999 -j ACCEPT$`, 'm'));
  }
  assert.match(six, /^-A INPUT -s 2001:db8::10 -p udp --dport 5060 -j ACCEPT$/m);
  assert.equal(four.includes('2001:'), false);
  assert.equal(six.includes('192.0.2.'), false);
  for (const text of [four, six]) assert.match(text, /^-A INPUT -p tcp --dport 443 -j ACCEPT$/m);
  const nft = file('gateway/etc/nftables.conf', { sites }, { firewall: 'nftables' });
  assert.match(nft, /^ {4}ip6 saddr 2001:db8::10 udp dport 5060 accept$/m);
});

test('a proxy of this machine is open at 443, one of another machine may reach the gateway', () => {
  const rules = (networks: string[], listen: string, url?: string) =>
    file('gateway/etc/iptables.up', { listen, ...(url && { url }), proxy: { networks } })
      .split('\n')
      .filter(line => /^-A .*(443|80)/.test(line));
  const open = ['-A INPUT -p tcp --dport 443 -j ACCEPT', '-A INPUT -p tcp --dport 80 -j ACCEPT'];
  assert.deepEqual(rules(['127.0.0.0/8', '::1/128'], '127.0.0.1:8443'), open);
  assert.deepEqual(rules(['203.0.113.0/28'], '0.0.0.0:8443'), [
    '-A INPUT -s 203.0.113.0/28 -p tcp --dport 8443 -j ACCEPT',
  ]);
  assert.deepEqual(rules(['127.0.0.1/32'], '0.0.0.0:8080', 'https://call.mysite.ru:4443'), [
    '-A INPUT -p tcp --dport 4443 -j ACCEPT',
  ]);
  assert.match(
    file('gateway/etc/fail2ban/jail.d/sip-call.conf', {
      listen: '127.0.0.1:8443',
      proxy: { networks: ['127.0.0.0/8'] },
    }),
    /sip-call-tcp, port="443,80,19000,5060"/,
  );
});

test('ssh, the ports of SIP and those of each worker are open as configured', () => {
  const text = file('gateway/etc/iptables.up', { media: { workers: 4 } }, { ssh: '2222' });
  assert.match(text, /--dport 19000:19003 /);
  assert.match(text, /--dport 2222 /);
  assert.doesNotMatch(text, /--dport 22 /);
  const servers = [{ addresses: ['192.0.2.10'], udp: 5080, tcp: false as const, tls: 5061 }];
  const rules = file(`${PBX}/iptables.up`, { sites: [site({ servers, rtp: [12_000, 13_000] })] });
  assert.deepEqual(rules.match(/--dport \S+/g), [
    '--dport 22',
    '--dport 5080',
    '--dport 5061',
    '--dport 12000:13000',
    '--dport 80',
  ]);
});

test('a drachtio-server and an rtpengine have their own rules, and README.txt says so', () => {
  const settings = {
    engine: { drachtio: 'sip.internal:9022', secret: 'cymru', websocket: 'ws://sip.internal:8080' },
    media: { rtpengine: ['10.0.0.5:22222'] },
  };
  assert.doesNotMatch(file('gateway/etc/iptables.up', settings), /5060|19000|20000/);
  const guide = file('README.txt', settings);
  assert.match(guide, /media\.rtpengine: the kit has no rules for the ports/);
  assert.match(guide, /engine: the kit has no rules for the ports/);
});

test('neither machine bans the other, and each has the jails of what it runs', () => {
  const proxy = { networks: ['127.0.0.0/8', '203.0.113.0/28', '2001:db8:9::/64'] };
  const gateway = file('gateway/etc/fail2ban/jail.d/sip-call.conf', { proxy });
  assert.match(
    gateway,
    /^ignoreip = 127\.0\.0\.1\/8 ::1 198\.51\.100\.7 192\.0\.2\.10 203\.0\.113\.0\/28 2001:db8:9::\/64$/m,
  );
  assert.deepEqual(gateway.match(/^\[.*\]$/gm), ['[sshd]', '[sip-call]']);
  const pbx = file(`${PBX}/fail2ban/jail.d/sip-call.conf`);
  assert.deepEqual(pbx.match(/^\[.*\]$/gm), ['[sshd]', '[asterisk]', '[asterisk-guest-call]']);
  assert.deepEqual(pbx.match(/^ignoreip.*$/gm), Array(2).fill('ignoreip = 127.0.0.1/8 ::1 198.51.100.7'));
});

test('an address of the gateway is compared as Asterisk writes it', () => {
  const text = file(`${PBX}/asterisk/sip-call/extensions.conf`, { address: '2001:DB8:0:0:0:0:0:7' });
  assert.match(text, /"\$\{GUEST\}" = "2001:db8::7"/);
});

test('README.txt names every file and each missing setting', () => {
  const all = files();
  const guide = all[0]?.text ?? '';
  for (const { path } of all.slice(1)) {
    assert.ok(guide.includes(path.startsWith('dns/') ? path : path.replace(/^[^/]+/, '')), path);
  }
  assert.match(guide, /no extension for director/);
  assert.match(guide, /dns\.allow: .*\n? *.*192\.0\.2\.10\/32/);
  assert.doesNotMatch(file('README.txt', { dns: { allow: ['192.0.2.0/24'] } }), /dns\.allow/);
});

test('the command reports all problems of the flags and the file together', () => {
  const sites = [site(undefined, { callable: ['h', 'front-desk', 'frontdesk'] })];
  assert.deepEqual(
    problems(
      { listen: '0.0.0.0:0', log: 'info', sites },
      { pbx: ['pbx.mysite.ru'], firewall: 'pf', ssh: '0' },
    ),
    [
      '--firewall pf: expected iptables or nftables',
      '--ssh 0: expected a port from 1 to 65535',
      'listen: 0 means any free port; a firewall needs a fixed one',
      'log.securityFile: missing; fail2ban needs it. Write log: { level: info, securityFile: /var/log/sip-call/security.log }',
      '--pbx pbx.mysite.ru: expected the IP address of the PBX',
    ],
  );
  assert.deepEqual(problems({ sites }, { pbx: ['192.0.2.10'] }), [
    'mysite.ru: h is a special extension of Asterisk; use another user for this person',
    'mysite.ru: front-desk and frontdesk are the same name for Asterisk, which ignores hyphens',
  ]);
  assert.deepEqual(problems({ sites: [site(undefined)] }), [
    'mysite.ru: pbx is missing. Write pbx: 192.0.2.10 in the site, or use --pbx 192.0.2.10 for all sites without pbx',
  ]);
  assert.deepEqual(problems({ sites: [site(undefined)] }, { pbx: ['fe80::1%eth0'] }), [
    '--pbx fe80::1%eth0: expected the IP address of the PBX',
  ]);
  assert.deepEqual(problems({}, { pbx: ['192.0.2.10'] }), [
    '--pbx: every site of the file has its own pbx; remove the flag',
  ]);
});

for (const name of ['a b', '100%', 'a"b', "a'b", 'a*', 'a;b', 'a#b', '$a', 'a{b}', 'журнал']) {
  test(`a log ${JSON.stringify(name)} with characters that are special for fail2ban or logrotate is refused`, () => {
    const securityFile = `/var/log/sip-call/${name}.log`;
    const [problem, ...more] = problems({ log: { level: 'info', securityFile } });
    assert.deepEqual(more, []);
    assert.ok(problem?.startsWith(`log.securityFile ${securityFile}: fail2ban and logrotate`), problem);
  });
}

test('sites with different settings for one PBX are refused', () => {
  const two = (first: Pbx, second: Pbx) => ({ sites: [site(first), site(second, { domain: 'other.ru' })] });
  assert.deepEqual(problems(two('192.0.2.10', { servers: ['192.0.2.10'], driver: 'chan_sip' })), [
    'pbx.driver: mysite.ru and other.ru have one PBX (asterisk.mysite.ru) and need the same value',
  ]);
  const named = (address: string) => ({ servers: [{ name: 'pbx.hoster.ru', addresses: [address] }] });
  assert.deepEqual(problems(two(named('192.0.2.10'), named('192.0.2.11'))), [
    'pbx.hoster.ru: two servers with different addresses have this name',
  ]);
});
