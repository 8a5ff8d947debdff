// What a gateway that logs everything must not log: keys, tokens, queries, what pages and PBXs write. One call that is
// made, one that is not, and all that can go wrong before one, each with unique secret values.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { embeddedEngine } from '../support/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, startDeserted } from '../support/signalling-gateway.ts';
import { askToken, DIRECTOR, knock, tokenOf } from './authorization-scene.ts';

const secret = (what: string) => `secret-${what}-7f3a`;

/** A PBX's answer, with a key where SDES has one. */
const ANSWER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  `s=${secret('pbx-session')}`,
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 30000 RTP/AVP 0',
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${secret('sdes')}`,
  '',
].join('\r\n');

test('a gateway that logs everything logs no key, token, query or content', {
  ...embeddedEngine,
  timeout: 60_000,
}, async context => {
  const folder = privateFolder('privacy');
  const file = join(folder, 'calls.jsonl');
  const scene = await startDeserted(context, {
    relay: 'embedded',
    site: { tokens: { secret: secret('site-tokens-of-many-characters') } },
    settings: {
      log: { level: 'debug', addresses: 'short', securityFile: join(folder, 'security.log') },
      records: { file },
      turn: { urls: ['turn:127.0.0.1:3478'], secret: secret('turn') },
      media: { browserPort: 0, pbxPorts: [23000, 23998] },
    },
  });
  const { gateway, logged } = scene;
  const [pbx] = scene.pbxs as [RawPeer];
  const leg = await WebRtcLeg.open();
  context.after(() => leg.close());
  const offer = leg.offer();
  const token = await tokenOf(scene);
  const opened = await knock(scene, { protocols: ['sip', `token.${token}`] });
  assert.equal(opened.status, 101);
  const greeting = (await opened.greeting) as {
    back: string;
    iceServers: { username: string; credential: string }[];
  };
  const browser = RawPeer.over(opened.socket);
  context.after(browser.close);

  const call = new RawCall(browser, DIRECTOR);
  call.invite(offer, [
    `X-Sip-Call-Page: ${PAGE}/contacts?session=${secret('page-query')}#${secret('fragment')}`,
    `X-Sip-Call-Referrer: https://search.example/?q=${secret('referrer-query')}`,
    `X-Other: ${secret('header')}`,
  ]);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: ANSWER, headers: [`Server: ${secret('pbx-header')}`] });
  const answered = await browser.response(200);
  call.ack(answered);
  leg.heed(answered.body.toString());
  await leg.check();
  await pbx.request('ACK');
  call.request('INFO', secret('info-body'));
  await browser.response(415, 'INFO');
  call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');

  // Then every refusal and every protocol error.
  for (const uri of [
    `sip:nobody:${secret('password')}@mysite.test`,
    `${DIRECTOR};token=${secret('parameter')}?body=${secret('uri-header')}`,
  ]) {
    new RawCall(browser, uri).invite(offer);
    await browser.final();
  }
  await knock(scene, { protocols: ['sip', `token.${token}`] });
  await knock(scene, { protocols: ['sip', `token.${secret('forged-token')}`] });
  await knock(scene, { protocols: ['sip', `back.${secret('forged-way')}`] });
  await askToken(gateway.url, { to: `nobody@mysite.test?x=${secret('asked-query')}` });
  await fetch(`${gateway.url}/status?to=nobody@mysite.test&x=${secret('status-query')}`, {
    headers: { origin: PAGE },
  });
  await fetch(`${gateway.url}/call?to=nobody@mysite.test&x=${secret('call-query')}`);
  await fetch(`${gateway.url}/callback`, {
    method: 'POST',
    headers: { origin: PAGE, 'content-type': 'application/json' },
    body: JSON.stringify({
      to: 'director@mysite.test',
      phone: '+7 800 200-00-00',
      message: secret('message'),
    }),
  });
  browser.send(`NONSENSE ${secret('nonsense')}`);
  await eventually('the nonsense was seen', () => logged.some(({ msg }) => msg === 'message refused'));
  await gateway.stop();

  const secrets = [
    ...[token, greeting.back, ...greeting.iceServers.flatMap(server => [server.credential, server.username])],
    ...[...(offer + answered.body.toString()).matchAll(/a=(?:ice-pwd|ice-ufrag|fingerprint):(\S.*)/g)].map(
      ([, value]) => value ?? '',
    ),
    ...['secret-', 'inline:', 'm=audio'],
  ];
  assert.ok(secrets.length > 12 && secrets.every(one => one.length >= 4), 'the test lost its secrets');
  const written = [
    ...logged.map(line => JSON.stringify(line)),
    ...readdirSync(folder).flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n')),
  ];
  assert.ok(
    written.some(line => line.includes('"call ended"')) && written.some(line => line.includes('bad-token')),
  );
  for (const line of written) for (const one of secrets) assert.equal(line.includes(one), false, line);
  // Whole addresses stand where they are needed to ban, and nowhere else.
  const whole = written.filter(
    line => line.includes('"address":"127.0.0.1"') && !line.includes('"msg":"listening'),
  );
  assert.deepEqual(whole, []);
});
