// The source of a datagram may be forged, so its answer may go to a host that sent nothing: it is one datagram, not much
// larger than the request, and no state is kept (RFC 3261 8.2.7).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  doorOf,
  type KnockChoices,
  knock,
  LIFETIME_MS,
  LOOPBACK,
  startBareEngine,
  startHeldEngine,
  statusOf,
  UnknownSender,
} from './unknown-sender.ts';

const TAGGED = `<sip:director@${LOOPBACK}>;tag=guessed`;
const known = ['OPTIONS', 'REGISTER', 'SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'INFO', 'PUBLISH', 'REFER'];
const inDialogs = ['BYE', 'UPDATE', 'PRACK'];
const all = ['INVITE', ...known, ...inDialogs, 'CANCEL', 'FETCH'];

const outside = (method: string) => {
  if (method === 'INVITE') return 403;
  if (method === 'OPTIONS') return 200;
  if (method === 'FETCH') return 501;
  return known.includes(method) ? 405 : 481;
};

const kinds: [name: string, choices: (method: string) => KnockChoices, status: (method: string) => number][] =
  [
    ['outside any dialog', () => ({}), outside],
    ['with a To tag', () => ({ to: TAGGED }), () => 481],
    [
      'with a short Session-Expires',
      () => ({ headers: ['Session-Expires: 10', 'Supported: timer'] }),
      outside,
    ],
    ['with Require', () => ({ headers: ['Require: nothing-we-know'] }), outside],
    ['with Max-Forwards 0', () => ({ maxForwards: 0 }), outside],
    ['with another scheme', () => ({ uri: 'tel:+14165551212' }), () => 416],
    ['of another version', () => ({ version: 'SIP/3.0' }), () => 505],
    [
      'with the CSeq of another method',
      () => ({ cseq: '1 ACK' }),
      method => (method === 'FETCH' ? 501 : 400),
    ],
    ['with a CSeq that is none', () => ({ cseq: 'one' }), () => 400],
    ['with a Request-URI that is none', () => ({ uri: 'sip:@@' }), () => 400],
    ['with header lines that are none', () => ({ headers: ['no colon'] }), () => 400],
    ['shorter than its Content-Length', () => ({ headers: ['Content-Length: 999'] }), () => 400],
  ];

for (const [kind, choices, status] of kinds) {
  test(`a request of an unknown sender ${kind} gets one datagram that is not much larger, and leaves no state`, async context => {
    const { engine, clock, port } = await startBareEngine(context);
    const stranger = await UnknownSender.at(context, port);
    for (const method of all) {
      const request = knock(method, choices(method));
      stranger.send(request);
      await stranger.allHeard().then(first => stranger.heard.push(...first));
      clock.pass(LIFETIME_MS);
      const answers = await stranger.allHeard();
      assert.deepEqual(answers.map(statusOf), [status(method)], method);
      const [answer] = answers as [Buffer];
      assert.ok(answer.length <= 1.2 * request.length, `${method}: ${answer.length} for ${request.length}`);
    }
    const { serverTransactions, timers, dialogs } = engine.counts();
    assert.deepEqual(
      { serverTransactions, timers, dialogs },
      { serverTransactions: 0, timers: 0, dialogs: 0 },
    );
  });
}

test('an ACK and a response without a transaction get no answer', async context => {
  const { port } = await startBareEngine(context);
  const stranger = await UnknownSender.at(context, port);
  stranger.send(knock('ACK'));
  stranger.send(knock('ACK', { to: TAGGED }));
  stranger.send(knock('ACK', { uri: 'tel:1' }));
  stranger.send(knock('OPTIONS').replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'));
  assert.deepEqual(await stranger.allHeard(), []);
});

test('the same request on two branches draws one datagram for each', async context => {
  const { clock, port } = await startBareEngine(context);
  const stranger = await UnknownSender.at(context, port);
  const request = knock('INVITE', { id: 'merged' });
  stranger.send(request);
  stranger.send(request.replace('branch=z9hG4bKmerged', 'branch=z9hG4bKother'));
  await stranger.allHeard().then(first => stranger.heard.push(...first));
  clock.pass(LIFETIME_MS);
  assert.equal((await stranger.allHeard()).length, 2);
});

test('an answer that would be larger than its datagram is not sent', async context => {
  const { port } = await startBareEngine(context);
  const stranger = await UnknownSender.at(context, port);
  const hops = Array.from({ length: 60 }, (_, hop) => `SIP/2.0/UDP h${hop}`).join(',');
  const small = `OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;rport;branch=z9hG4bKsmall\r\nf:a:b;tag=1\r\nt:a:b\r\ni:1\r\nCSeq:1 OPTIONS\r\n\r\n`;
  for (const request of [
    small,
    small.replace('\r\nf:', `\r\nv:${hops}\r\nf:`),
    knock('INVITE', { headers: [`v:${hops}`] }),
    knock('REGISTER', { headers: [`v:${hops}`], to: TAGGED }),
  ]) {
    stranger.send(request);
    for (const answer of await stranger.allHeard()) {
      assert.ok(answer.length <= 1.2 * request.length, `${answer.length} for ${request.length}`);
    }
  }
});

test('an engine of any application refuses once what it does not pass to the application', async context => {
  const { engine, clock } = await startHeldEngine(context);
  const stranger = await UnknownSender.at(context, doorOf(engine, 'udp'));
  for (const [status, choices] of [
    [481, { to: TAGGED }],
    [422, { headers: ['Session-Expires: 10', 'Supported: timer'] }],
  ] as const) {
    stranger.send(knock('INVITE', choices));
    await stranger.allHeard().then(first => stranger.heard.push(...first));
    clock.pass(LIFETIME_MS);
    assert.deepEqual((await stranger.allHeard()).map(statusOf), [status]);
  }
});
