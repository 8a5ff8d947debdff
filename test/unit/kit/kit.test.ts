// The administrator's kit as text. That tools take it, and what it does there, is told by test/firewall.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { kit } from '../../../gateway/kit/kit.ts';
import { readPremises, type Told } from '../../../gateway/kit/premises.ts';

const told: Told = { pbx: ['192.0.2.10'], context: 'default', firewall: 'iptables' };

function premises(more: Partial<ConfigInput> = {}, say: Partial<Told> = {}) {
  const config = configFrom({
    listen: '0.0.0.0:443',
    address: '198.51.100.7',
    sites: [
      { domain: 'mysite.ru', origins: ['*'], callable: ['director', 101, { user: 'alex', extension: 106 }] },
    ],
    ...more,
  });
  return readPremises(config, { ...told, ...say });
}

function file(path: string, ...settings: Parameters<typeof premises>): string {
  const found = kit(premises(...settings)).find(one => one.path === path);
  assert.ok(found, `no ${path}`);
  return found.text;
}

function problems(...settings: Parameters<typeof premises>): readonly string[] {
  try {
    premises(...settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

for (const channel of ['chan_sip', 'chan_pjsip']) {
  test(`${channel}: people ring where the file says, a number where it says itself, others not until it is filled in`, () => {
    const lines = file(`pbx/${channel}/extensions.conf`).split('\n');
    const rings = lines.filter(line => line.includes('Dial(')).map(line => line.replace(/^.*Dial/, 'Dial'));
    assert.deepEqual(rings, [
      'Dial(Local/NUMBER@default)',
      'Dial(Local/101@default)',
      'Dial(Local/106@default)',
    ]);
    const active = lines
      .filter(line => /^exten => /.test(line))
      .map(line => /^exten => ([^,]+)/.exec(line)?.[1]);
    assert.equal(active.includes('director'), false);
    assert.deepEqual(active.filter(name => name === 'alex').length, 2);
  });

  test(`${channel}: only the contexts of guests hold a pattern, and what was dialled is never logged`, () => {
    const text = file(`pbx/${channel}/extensions.conf`);
    assert.deepEqual(text.match(/^exten => _.*$/gm), ['exten => _[!-~]!,1,Goto(guest-call-wrong,s,1)']);
    assert.doesNotMatch(text, /\$\{EXTEN/);
  });

  test(`${channel}: where the PBX is not told of visitors, it asks nobody about them`, () => {
    const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'], tellAddress: false }];
    assert.doesNotMatch(file(`pbx/${channel}/extensions.conf`, { sites }), /X-Sip-Call|TOLD/);
  });
}

test('the gateway lets the PBX in where only the PBX has business, in its family', () => {
  const pbx = ['192.0.2.10', '2001:db8::10'];
  const four = file('gateway/iptables.up', {}, { pbx });
  const six = file('gateway/ip6tables.up', {}, { pbx });
  for (const [text, own, others] of [
    [four, pbx[0], pbx[1]],
    [six, pbx[1], pbx[0]],
  ] as const) {
    assert.match(text, new RegExp(`-A INPUT -s ${own} -p udp --dport 20000:29999 -j ACCEPT`));
    assert.equal(text.includes(others ?? ''), false);
    assert.match(text, /^-A INPUT -p tcp --dport 443 -j ACCEPT$/m);
  }
  const nft = file('gateway/nftables.conf', {}, { pbx, firewall: 'nftables' });
  assert.match(nft, /ip6 saddr \{ 2001:db8::10 \} udp dport 5060 accept/);
});

test('each worker has its port, and a drachtio-server its own rules', () => {
  const text = file('gateway/iptables.up', {
    media: { workers: 4 },
    engine: { drachtio: 'sip.internal:9022', secret: 'cymru', websocket: 'ws://sip.internal:8080' },
  });
  assert.match(text, /--dport 19000:19003 /);
  assert.doesNotMatch(text, /5060/);
});

test('neither machine bans the other', () => {
  const pbx = ['192.0.2.10', '2001:db8::10'];
  const jail = file('gateway/fail2ban/jail.d/sip-call.conf', {}, { pbx });
  assert.match(jail, /^ignoreip = 127\.0\.0\.1\/8 ::1 198\.51\.100\.7 192\.0\.2\.10 2001:db8::10$/m);
  const proxy = { networks: ['203.0.113.0/28', '2001:db8:9::/64'] };
  const behind = file('gateway/fail2ban/jail.d/sip-call.conf', { proxy }, { pbx });
  assert.match(behind, /^ignoreip = .* 2001:db8::10 203\.0\.113\.0\/28 2001:db8:9::\/64$/m);
  const other = file('pbx/fail2ban/jail.d/asterisk-guest-call.conf');
  assert.match(other, /^ignoreip = .* 198\.51\.100\.7$/m);
});

test('the gateway has a record where its name is one of the domain', () => {
  const record = /call\.mysite\.ru\. .* A +198\.51\.100\.7/;
  assert.match(file('dns/mysite.ru.zone', { url: 'https://call.mysite.ru' }), record);
  assert.doesNotMatch(file('dns/mysite.ru.zone', { url: 'https://call.other.ru' }), /call\./);
});

test('an address of the gateway is compared as Asterisk writes it', () => {
  const text = file('pbx/chan_pjsip/extensions.conf', { address: '2001:DB8:0:0:0:0:0:7' });
  assert.match(text, /"\$\{GUEST\}" != "2001:db8::7"/);
});

test('what cannot be written down is said in words, all at once', () => {
  const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['h', 'director'] }];
  const wrong = { pbx: ['pbx.mysite.ru'], context: 'a b', pbxName: 'x y' };
  assert.deepEqual(problems({ listen: '0.0.0.0:0', sites }, wrong), [
    '--pbx pbx.mysite.ru: expected the IP address of the PBX',
    '--context a b: expected the name of a context, such as default',
    '--pbx-name x y: expected a name such as asterisk.mysite.ru',
    'h: means something else in a dialplan; call this person by another name',
    'listen: is any free port; a firewall has to know which one',
  ]);
  const two = ['mysite.ru', 'other.ru'].map(domain => ({ domain, origins: ['*'], callable: ['director'] }));
  assert.deepEqual(problems({ sites: two }), [
    'each site has its own PBX: say --domain, one of mysite.ru, other.ru',
  ]);
  assert.deepEqual(problems({ media: { rtpengine: ['10.0.0.5:22222'] } }), [
    'media.rtpengine: which ports its machines use is not known here; their firewalls are yours',
  ]);
  assert.deepEqual(problems({}, { domain: 'nobody.ru' }), [
    '--domain nobody.ru: not a site of the gateway; it has mysite.ru',
  ]);
  assert.deepEqual(problems({}, { firewall: 'pf' }), ['--firewall pf: expected iptables or nftables']);
});
