import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { Engine } from '../../../../gateway/engine/engine.ts';
import { WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { RawApp } from './raw-app.ts';
import { secret, startEngine } from './testbed.ts';

function udpPort(engine: Engine): number {
  return engine.points.find(point => point.transport === 'udp')!.port;
}

// Each test has a separate engine, so they run in parallel.
describe('the application protocol', { concurrency: 8, timeout: 100_000 }, () => {
  test('authentication answers with the listen points and a version that drachtio-srf accepts as recent', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.connect(engine);
    app.send(`7|authenticate|${secret}|blue,green`);
    const fields = (await app.frame()).split('|');
    const points = engine.points
      .map(({ transport, address, port }) => `${transport}/${address}:${port}`)
      .join(',');
    assert.deepEqual(fields.slice(1), ['response', '7', 'OK', points, fields[5], points]);
    assert.match(fields[5]!, /^v\d+\.\d+\.\d+/);
    app.socket.destroy();
  });

  test('a wrong secret is answered with NO and the connection is closed', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.connect(engine);
    const closed = once(app.socket, 'close');
    app.send('7|authenticate|not it|');
    assert.match(await app.frame(), /\|response\|7\|NO\|incorrect secret$/);
    await closed;
  });

  test('no verb is accepted before authentication', async context => {
    const engine = await startEngine(context);
    for (const frame of ['1|route|invite', '1|ping', '1|sip||\r\nOPTIONS sip:127.0.0.1 SIP/2.0\r\n\r\n']) {
      const app = await RawApp.connect(engine);
      const closed = once(app.socket, 'close');
      app.send(frame);
      assert.match(await app.frame(), /\|response\|1\|NO\|not authenticated$/);
      await closed;
    }
  });

  test('a stream without frames ends the connection', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    const closed = once(app.socket, 'close');
    app.socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
  });

  test('pings are answered, and unknown verbs with NO', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    app.send('1|ping');
    assert.match(await app.frame(), /\|response\|1\|OK\|pong$/);
    app.send('2|reboot|now');
    assert.match(await app.frame(), /\|response\|2\|NO\|unknown command: reboot$/);
    app.send('3|proxy|txn||fullResponse||serial|||sip:x\r\nINVITE sip:x SIP/2.0\r\n\r\n');
    assert.match(await app.frame(), /\|response\|3\|NOK\|/);
    app.socket.destroy();
  });

  test('requests go round robin, however often an application repeats its route', async context => {
    const engine = await startEngine(context);
    const greedy = await RawApp.authenticated(engine, 'options', 'options', 'options', 'options');
    const modest = await RawApp.authenticated(engine, 'options');
    const peer = await WirePeer.open(context, udpPort(engine));
    for (let round = 0; round < 2; round++) {
      for (const app of [greedy, modest]) {
        new WireCall(peer, 'sip:127.0.0.1', `round-robin-${round}-${app === greedy}`).send('OPTIONS', 1);
        const fields = (await app.frame()).split('|');
        app.sip(fields[8]!, 'SIP/2.0 200 OK');
        await peer.hearResponse(200, 'OPTIONS');
        await app.frame();
      }
    }
    greedy.socket.destroy();
    modest.socket.destroy();
  });

  test('an application with call events still gets its share of requests', async context => {
    const engine = await startEngine(context);
    const both = await RawApp.authenticated(engine, 'invite', 'cdr:attempt', 'cdr:stop');
    const one = await RawApp.authenticated(engine, 'invite');
    const peer = await WirePeer.open(context, udpPort(engine));
    const invitesOf = async (app: RawApp) => {
      let frame = await app.frame();
      while (!frame.includes('|sip|network|')) frame = await app.frame();
      return frame;
    };
    for (const [app, callId] of [
      [both, 'turn-1'],
      [one, 'turn-2'],
      [both, 'turn-3'],
      [one, 'turn-4'],
    ] as const) {
      const call = new WireCall(peer, 'sip:127.0.0.1', callId);
      call.invite();
      app.answer(await invitesOf(app), '486 Busy Here');
      call.ack(await peer.hearResponse(486));
      await app.frame();
    }
    both.socket.destroy();
    one.socket.destroy();
  });

  test('a method that no application routes any longer is answered with 503', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine, 'options', 'message');
    app.send('1|remove_route|options');
    assert.match(await app.frame(), /OK$/);
    const peer = await WirePeer.open(context, udpPort(engine));
    new WireCall(peer, 'sip:127.0.0.1', 'unrouted').send('OPTIONS', 1);
    await peer.hearResponse(503, 'OPTIONS');
    new WireCall(peer, 'sip:127.0.0.1', 'still-routed').send('MESSAGE', 1);
    assert.match(await app.frame(), /\|sip\|network\|/);
    app.socket.destroy();
    await peer.hearResponse(503, 'MESSAGE');
  });

  test('a new request has its source, its transaction and its local address', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine, 'options');
    const peer = await WirePeer.open(context, udpPort(engine));
    new WireCall(peer, 'sip:someone@127.0.0.1', 'fields').send('OPTIONS', 1);
    const frame = await app.frame();
    const [line, ...message] = frame.split('\r\n');
    const fields = line!.split('|');
    assert.equal(fields.length, 13);
    assert.deepEqual(fields.slice(1, 3), ['sip', 'network']);
    assert.equal(Number(fields[3]), Buffer.byteLength(message.join('\r\n')));
    assert.deepEqual(fields.slice(4, 7), ['udp', '127.0.0.1', String(peer.port)]);
    assert.match(fields[7]!, /^\d\d:\d\d:\d\d\.\d{6}$/);
    assert.match(fields[8]!, /^[0-9a-f-]{36}$/);
    assert.deepEqual(fields.slice(9), ['', '127.0.0.1', String(udpPort(engine)), '']);
    assert.equal(message[0], 'OPTIONS sip:someone@127.0.0.1 SIP/2.0');

    app.sip(fields[8]!, 'SIP/2.0 200 OK', 'x-thing: 1', 'my-own-name: 2', 'Content-Length: 99');
    const echo = (await app.frame()).split('\r\n');
    const echoed = echo[0]!.split('|');
    assert.deepEqual(echoed.slice(1, 5), ['response', 'm', 'OK', 'application']);
    assert.deepEqual(echoed.slice(7, 9), ['127.0.0.1', String(peer.port)]);
    assert.deepEqual(echoed.slice(10), [fields[8], '', '', 'Msg sent:', '']);
    const answer = await peer.hearResponse(200, 'OPTIONS');
    assert.ok(echo.includes('x-thing: 1') && echo.includes('My-Own-Name: 2'), echo.join('\n'));
    assert.equal(answer.headers.get('Content-Length'), '0');
    app.socket.destroy();
  });

  test('an application cannot set Via, Route, Record-Route, RSeq or Content-Length', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    const peer = await WirePeer.open(context, udpPort(engine));
    app.sip(
      '|',
      `OPTIONS sip:127.0.0.1:${peer.port} SIP/2.0`,
      'Via: SIP/2.0/UDP evil.example;branch=z9hG4bKx',
      'Route: <sip:evil.example;lr>',
      'Record-Route: <sip:evil.example;lr>',
      'RSeq: 1',
      'content-length: 7',
      'X-Mine: yes',
    );
    const sent = await peer.hearRequest('OPTIONS');
    assert.equal(sent.headers.all('Via').length, 1);
    assert.ok(!sent.headers.get('Via')!.includes('evil'));
    for (const name of ['Route', 'Record-Route', 'RSeq'])
      assert.equal(sent.headers.get(name), undefined, name);
    assert.equal(sent.headers.get('Content-Length'), '0');
    assert.equal(sent.headers.get('X-Mine'), 'yes');
    peer.respond(sent, '200 OK', { tag: 't' });
    app.socket.destroy();
  });

  test('missing fields are filled in, and localhost is replaced by our address', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    const peer = await WirePeer.open(context, udpPort(engine));
    const here = `127.0.0.1:${udpPort(engine)}`;
    app.send(
      `1|sip||\r\nMESSAGE sip:bob@127.0.0.1:${peer.port} SIP/2.0\r\nFrom: "A" <sip:alice@localhost>\r\n` +
        `P-Asserted-Identity: <sip:alice@localhost>\r\nContact: sip:alice@localhost\r\nContent-Length: 1\r\n\r\nv=0 é`,
    );
    const sent = await peer.hearRequest('MESSAGE');
    const { headers } = sent;
    assert.match(headers.get('From')!, new RegExp(`^"A" <sip:alice@${here}>;tag=\\w+$`));
    assert.equal(headers.get('To'), `<sip:bob@127.0.0.1:${peer.port}>`);
    assert.equal(headers.get('P-Asserted-Identity'), `<sip:alice@${here}>`);
    assert.equal(headers.get('Contact'), `<sip:alice@${here}>`);
    assert.equal(headers.get('Max-Forwards'), '70');
    assert.equal(headers.get('Content-Type'), 'application/sdp');
    assert.equal(sent.body.toString(), 'v=0 é');
    peer.respond(sent, '200 OK', { tag: 't' });
    app.socket.destroy();
  });

  const refusals: readonly [title: string, payload: string, reply: RegExp][] = [
    ['a response to nothing', 'm|sip|nope|\r\nSIP/2.0 200 OK\r\n\r\n', /NOK\|Response not sent/],
    [
      'a request in no dialog',
      'm|sip||x;from-tag=y\r\nBYE sip:placeholder SIP/2.0\r\n\r\n',
      /NOK\|.*unable to find dialog/,
    ],
    ['an ACK of a failure', 'm|sip||x;from-tag=y\r\nACK sip:a SIP/2.0\r\n\r\n', /NOK\|Server error: ACK/],
    ['a CANCEL of nothing', 'm|sip|nope|\r\nCANCEL sip:a SIP/2.0\r\n\r\n', /NOK\|unable to cancel/],
    ['a URI of another scheme', 'm|sip||\r\nOPTIONS tel:+123 SIP/2.0\r\n\r\n', /NOK\|invalid request-uri/],
    [
      'a body of no known type',
      'm|sip||\r\nMESSAGE sip:127.0.0.1 SIP/2.0\r\n\r\nhello',
      /NOK\|missing content-type/,
    ],
    [
      'a header with a bare CR',
      'm|sip||\r\nOPTIONS sip:127.0.0.1 SIP/2.0\r\nX-A: b\rVia: c\r\n\r\n',
      /NOK\|/,
    ],
    [
      'a Call-ID that would break a frame',
      'm|sip||\r\nOPTIONS sip:127.0.0.1 SIP/2.0\r\nCall-ID: a|b\r\n\r\n',
      /NOK\|/,
    ],
    ['no message at all', 'm|sip||', /NOK\|unable to parse/],
  ];

  for (const [title, payload, reply] of refusals) {
    test(`${title} is refused with NOK, and the connection stays open`, async context => {
      const engine = await startEngine(context);
      const app = await RawApp.authenticated(engine);
      app.send(payload);
      assert.match(await app.frame(), reply);
      app.send('1|ping');
      assert.match(await app.frame(), /OK\|pong$/);
      app.socket.destroy();
    });
  }

  test('a response without a transaction id is answered with NO and the connection is closed', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    const closed = once(app.socket, 'close');
    app.sip('|', 'SIP/2.0 200 OK');
    assert.match(await app.frame(), /\|NO\|transaction id missing$/);
    await closed;
  });

  test('every frame is answered, however long: drachtio-server answers none beyond 12,228 bytes', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine);
    const peer = await WirePeer.open(context, udpPort(engine));
    for (const size of [11_000, 12_228, 12_229, 13_000, 40_000]) {
      const body = 'x'.repeat(size);
      app.send(
        `${size}|sip||\r\nMESSAGE sip:127.0.0.1:${peer.port} SIP/2.0\r\nContent-Type: text/plain\r\n\r\n${body}`,
      );
      let sent = await peer.hearRequest('MESSAGE');
      // On a busy machine the previous message is retransmitted, because its answer was late.
      while (sent.body.length < size) sent = await peer.hearRequest('MESSAGE');
      assert.equal(sent.body.length, size);
      assert.match(await app.frame(), new RegExp(`\\|response\\|${size}\\|OK\\|`));
      peer.respond(sent, '200 OK', { tag: 't' });
      assert.match(await app.frame(), /SIP\/2\.0 200 OK/);
      app.send('p|ping');
      assert.match(await app.frame(), /OK\|pong$/);
    }
    app.socket.destroy();
  });

  test('remove_route removes one route and keeps the others: drachtio-server removes all', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine, 'options', 'message', 'info');
    app.send('1|remove_route|options');
    assert.match(await app.frame(), /\|response\|1\|OK$/);
    app.send('2|remove_route|never-routed');
    assert.match(await app.frame(), /\|response\|2\|OK$/);
    const peer = await WirePeer.open(context, udpPort(engine));
    for (const method of ['MESSAGE', 'INFO']) {
      new WireCall(peer, 'sip:127.0.0.1', `left-${method}`).send(method, 1);
      app.answer(await app.frame(), '200 OK');
      await peer.hearResponse(200, method);
      await app.frame();
    }
    app.socket.destroy();
  });

  test('header fields stay separate, and commas stay in place, in both directions', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine, 'message');
    const peer = await WirePeer.open(context, udpPort(engine));
    const lines = [
      'Subject: first, second; third',
      'X-Note: a, "b, c", d',
      'X-Note: e',
      'Date: Sat, 13 Nov 2010 23:29:00 GMT',
      'P-Asserted-Identity: "Doe, Jane" <sip:jane@example.org>',
      'P-Asserted-Identity: <tel:+123>',
    ];
    new WireCall(peer, 'sip:127.0.0.1', 'commas').send('MESSAGE', 1, { headers: lines });
    const frame = await app.frame();
    for (const line of lines) assert.ok(frame.split('\r\n').includes(line), `${line} in ${frame}`);
    const challenges = [
      'WWW-Authenticate: Digest realm="a, b", nonce="1", qop="auth,auth-int"',
      'WWW-Authenticate: Digest realm="c", nonce="2"',
    ];
    app.answer(frame, '401 Unauthorized', ...challenges, 'Warning: 399 here "one, two"');
    const answer = await peer.hearResponse(401, 'MESSAGE');
    assert.deepEqual(
      answer.headers.all('WWW-Authenticate').map(value => `WWW-Authenticate: ${value}`),
      challenges,
    );
    assert.deepEqual(answer.headers.all('Warning'), ['399 here "one, two"']);
    app.socket.destroy();
  });
});
