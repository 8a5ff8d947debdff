import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../../gateway/engine/message/message.ts';
import { sdp, WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { type App, startApp } from '../drachtio/testbed.ts';

interface ProxyResult {
  readonly connected: boolean;
  readonly finalStatus: number;
  readonly responses: readonly { readonly msgs: readonly { readonly status: number }[] }[];
}

interface Scene {
  readonly app: App;
  readonly caller: WirePeer;
  readonly callees: readonly WirePeer[];
  readonly call: WireCall;
  /** The final result for the application. */
  readonly result: Promise<ProxyResult>;
}

/** A caller, an application that has its INVITE (or another request) forwarded, and the targets. */
async function scene(
  context: TestContext,
  callId: string,
  options: Record<string, unknown>,
  callees = 2,
  method = 'invite',
): Promise<Scene> {
  const app = await startApp(context);
  const caller = await WirePeer.open(context, app.udpPort);
  const peers: WirePeer[] = [];
  for (let i = 0; i < callees; i++) peers.push(await WirePeer.open(context, app.udpPort));
  const destination = peers.map(peer => `sip:bob@127.0.0.1:${peer.port}`);
  const result = new Promise<ProxyResult>((resolve, reject) => {
    app.srf.use(method, req => {
      const proxied = req as unknown as { proxy(options: object): Promise<ProxyResult> };
      proxied.proxy({ destination, ...options }).then(resolve, reject);
    });
  });
  const call = new WireCall(caller, 'sip:bob@127.0.0.1', callId);
  return { app, caller, callees: peers, call, result };
}

function statuses({ responses }: ProxyResult): number[] {
  return responses.flatMap(({ msgs }) => msgs.map(({ status }) => status));
}

function routes(request: SipRequest): string[] {
  return request.headers.all('Record-Route').map(route => `Record-Route: ${route}`);
}

describe('a request that an application has forwarded', { concurrency: 8, timeout: 100_000 }, () => {
  test("is sent with our Via, a lower Max-Forwards, and the application's headers", async context => {
    const { caller, callees, call, result } = await scene(context, 'plain', { headers: { 'X-By': 'us' } }, 1);
    call.invite({ headers: ['X-By: them', 'Route: <sip:evil.example;lr>'] });
    await caller.hearResponse(100);
    const [callee] = callees as [WirePeer];
    const invite = await callee.hearRequest('INVITE');
    assert.equal(invite.uri, `sip:bob@127.0.0.1:${callee.port}`);
    assert.equal(invite.headers.all('Via').length, 2);
    assert.equal(invite.headers.get('Max-Forwards'), '69');
    assert.deepEqual(invite.headers.all('X-By'), ['us']);
    assert.equal(invite.headers.has('Route'), false);
    assert.equal(invite.headers.has('Record-Route'), false);
    assert.equal(invite.headers.get('Contact'), caller.contact);
    assert.equal(invite.body.toString(), sdp);
    callee.respond(invite, '180 Ringing', { tag: 't' });
    const ringing = await caller.hearResponse(180);
    assert.equal(ringing.headers.all('Via').length, 1);
    callee.respond(invite, '200 OK', { tag: 't', body: sdp });
    const answer = await caller.hearResponse(200);
    assert.equal(answer.headers.get('Contact'), callee.contact);
    const { connected, responses } = await result;
    assert.equal(connected, true);
    assert.equal(responses.length, 1);
  });

  test('when the application remains in the dialog, ACK and BYE of both sides are forwarded', async context => {
    const { app, caller, callees, call } = await scene(context, 'remain', { remainInDialog: true }, 1);
    call.invite();
    const [callee] = callees as [WirePeer];
    const invite = await callee.hearRequest('INVITE');
    const recorded = routes(invite);
    assert.equal(recorded.length, 1);
    callee.respond(invite, '200 OK', { tag: 't', headers: recorded });
    const answer = await caller.hearResponse(200);
    const route = answer.headers.all('Record-Route').map(value => `Route: ${value}`);
    call.follow(answer);
    call.send('ACK', 1, { uri: `sip:peer@127.0.0.1:${callee.port}`, headers: route });
    const ack = await callee.hearRequest('ACK');
    assert.equal(ack.headers.has('Route'), false);
    assert.equal(ack.headers.all('Via').length, 2);
    assert.equal(ack.headers.get('Max-Forwards'), '69');
    call.send('BYE', 2, { uri: `sip:peer@127.0.0.1:${callee.port}`, headers: route });
    const bye = await callee.hearRequest('BYE');
    callee.respond(bye, '200 OK');
    await caller.hearResponse(200, 'BYE');
    assert.equal(app.engine.counts().dialogs, 0);
  });

  test('serial: each target is called after the previous one has refused', async context => {
    const { caller, callees, call, result } = await scene(context, 'serial', {});
    call.invite();
    const [first, second] = callees as [WirePeer, WirePeer];
    const one = await first.hearRequest('INVITE');
    assert.equal(second.heard.length, 0);
    first.respond(one, '486 Busy Here', { tag: 'a' });
    await first.hearRequest('ACK');
    const two = await second.hearRequest('INVITE');
    second.respond(two, '200 OK', { tag: 'b' });
    await caller.hearResponse(200);
    assert.deepEqual(statuses(await result), [486, 200]);
    assert.equal(
      caller.heard.some(message => message.kind === 'response' && message.status === 486),
      false,
    );
  });

  test('simultaneous: the first answer gets the call, the others are cancelled', async context => {
    const { caller, callees, call, result } = await scene(context, 'fork', { forking: 'simultaneous' });
    call.invite();
    const [quick, slow] = callees as [WirePeer, WirePeer];
    const [one, two] = [await quick.hearRequest('INVITE'), await slow.hearRequest('INVITE')];
    slow.respond(two, '180 Ringing', { tag: 'b' });
    await caller.hearResponse(180);
    quick.respond(one, '200 OK', { tag: 'a' });
    await caller.hearResponse(200);
    const cancel = await slow.hearRequest('CANCEL');
    assert.match(cancel.headers.get('Reason')!, /completed elsewhere/);
    slow.respond(cancel, '200 OK', { tag: 'b' });
    slow.respond(two, '487 Request Terminated', { tag: 'b' });
    await slow.hearRequest('ACK');
    assert.equal((await result).connected, true);
  });

  test('the 2xx of a second target reaches the caller too, which must end it', async context => {
    const { caller, callees, call } = await scene(context, 'both', { forking: 'simultaneous' });
    call.invite();
    const [one, two] = callees as [WirePeer, WirePeer];
    const [a, b] = [await one.hearRequest('INVITE'), await two.hearRequest('INVITE')];
    one.respond(a, '200 OK', { tag: 'a' });
    two.respond(b, '200 OK', { tag: 'b' });
    const tags = [await caller.hearResponse(200), await caller.hearResponse(200)].map(({ headers }) =>
      headers.get('To')!.slice(-1),
    );
    assert.deepEqual(tags.sort(), ['a', 'b']);
  });

  test('when all refuse, the caller receives the best refusal and the application all of them', async context => {
    const { caller, callees, call, result } = await scene(context, 'best', { forking: 'simultaneous' });
    call.invite();
    const [one, two] = callees as [WirePeer, WirePeer];
    const [a, b] = [await one.hearRequest('INVITE'), await two.hearRequest('INVITE')];
    one.respond(a, '503 Service Unavailable', { tag: 'a' });
    await one.hearRequest('ACK');
    two.respond(b, '404 Not Found', { tag: 'b' });
    call.ack(await caller.hearResponse(404));
    const { connected } = await result;
    assert.deepEqual([connected, statuses(await result)], [false, [503, 404]]);
  });

  test('a 6xx ends the search', async context => {
    const { caller, callees, call, result } = await scene(context, 'decline', {});
    call.invite();
    const [one, two] = callees as [WirePeer, WirePeer];
    one.respond(await one.hearRequest('INVITE'), '603 Decline', { tag: 'a' });
    call.ack(await caller.hearResponse(603));
    assert.deepEqual(statuses(await result), [603]);
    assert.equal(two.heard.length, 0);
  });

  test('a target without an answer in the provisional time is skipped, and cancelled if it answers later', async context => {
    const { caller, callees, call, result } = await scene(context, 'silent', { provisionalTimeout: '60ms' });
    call.invite();
    const [silent, ready] = callees as [WirePeer, WirePeer];
    const missed = await silent.hearRequest('INVITE');
    const invite = await ready.hearRequest('INVITE');
    ready.respond(invite, '200 OK', { tag: 'b' });
    await caller.hearResponse(200);
    assert.deepEqual(statuses(await result), [408, 200]);
    silent.respond(missed, '180 Ringing', { tag: 'a' });
    const cancel = await silent.hearRequest('CANCEL');
    silent.respond(cancel, '200 OK', { tag: 'a' });
    silent.respond(missed, '487 Request Terminated', { tag: 'a' });
    await silent.hearRequest('ACK');
  });

  test('a target that only rings is cancelled after the final time, and the next one called', async context => {
    const { caller, callees, call, result } = await scene(context, 'rings', { finalTimeout: '80ms' });
    call.invite();
    const [ringing, ready] = callees as [WirePeer, WirePeer];
    const first = await ringing.hearRequest('INVITE');
    ringing.respond(first, '180 Ringing', { tag: 'a' });
    const cancel = await ringing.hearRequest('CANCEL');
    ringing.respond(cancel, '200 OK', { tag: 'a' });
    ringing.respond(first, '487 Request Terminated', { tag: 'a' });
    ready.respond(await ready.hearRequest('INVITE'), '200 OK', { tag: 'b' });
    await caller.hearResponse(200);
    assert.deepEqual(statuses(await result), [408, 200]);
  });

  test('a CANCEL reaches every target that rings, and no further target is tried', async context => {
    const { caller, callees, call, result } = await scene(context, 'cancel', {});
    call.invite();
    const [ringing, next] = callees as [WirePeer, WirePeer];
    const invite = await ringing.hearRequest('INVITE');
    ringing.respond(invite, '180 Ringing', { tag: 'a' });
    await caller.hearResponse(180);
    call.cancel({ headers: ['Reason: SIP;cause=200;text="enough"'] });
    await caller.hearResponse(200, 'CANCEL');
    const cancel = await ringing.hearRequest('CANCEL');
    assert.equal(cancel.headers.get('Reason'), 'SIP;cause=200;text="enough"');
    ringing.respond(cancel, '200 OK', { tag: 'a' });
    ringing.respond(invite, '181 Call Is Being Forwarded', { tag: 'a' });
    await caller.hearResponse(181);
    ringing.respond(invite, '487 Request Terminated', { tag: 'a' });
    call.ack(await caller.hearResponse(487));
    assert.equal(ringing.transactions('CANCEL'), 1);
    assert.deepEqual(statuses(await result), [487]);
    assert.equal(next.heard.length, 0);
  });

  test('a redirection is followed if requested, best Contact first', async context => {
    const { caller, callees, call, result } = await scene(context, 'redirect', { followRedirects: true }, 3);
    call.invite();
    const [first, worse, better] = callees as [WirePeer, WirePeer, WirePeer];
    first.respond(await first.hearRequest('INVITE'), '302 Moved Temporarily', {
      tag: 'a',
      contact: false,
      headers: [
        `Contact: <sip:x@127.0.0.1:${worse.port}>;q=0.2`,
        `Contact: <sip:y@127.0.0.1:${better.port}>;q=0.9`,
      ],
    });
    // The second destination of the application is tried before the Contacts of the first one.
    worse.respond(await worse.hearRequest('INVITE'), '404 Not Found', { tag: 'b' });
    better.respond(await better.hearRequest('INVITE'), '200 OK', { tag: 'c' });
    await caller.hearResponse(200);
    assert.deepEqual(statuses(await result), [302, 404, 200]);
  });

  test('otherwise a redirection is passed to the caller', async context => {
    const { caller, callees, call } = await scene(context, 'moved', {}, 1);
    call.invite();
    const [first] = callees as [WirePeer];
    first.respond(await first.hearRequest('INVITE'), '302 Moved Temporarily', { tag: 'a' });
    const moved = await caller.hearResponse(302);
    assert.equal(moved.headers.get('Contact'), first.contact);
    call.ack(moved);
  });

  test('a target with a closed port gives a 503 to the application and a 500 to the caller', async context => {
    const { caller, call, result } = await scene(context, 'refused', { destination: ['sip:127.0.0.1:1'] }, 0);
    call.invite();
    call.ack(await caller.hearResponse(500));
    assert.deepEqual(statuses(await result), [503]);
  });

  test('a request with Max-Forwards 0 is answered with 483, and reported to the application', async context => {
    const { caller, callees, call, result } = await scene(context, 'spent', {}, 1);
    const rejected = assert.rejects(result, error => error === '483 Too Many Hops');
    caller.send(
      [
        'INVITE sip:bob@127.0.0.1 SIP/2.0',
        `Via: SIP/2.0/UDP 127.0.0.1:${caller.port};branch=${call.branch('invite')}`,
        'Max-Forwards: 0',
        'From: <sip:peer@127.0.0.1>;tag=spent-from',
        'To: <sip:bob@127.0.0.1>',
        'Call-ID: spent',
        'CSeq: 1 INVITE',
        `Contact: ${caller.contact}`,
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    );
    call.ack(await caller.hearResponse(483));
    await rejected;
    assert.equal(callees[0]!.heard.length, 0);
  });

  test('a destination with an unsupported scheme is refused, and the application may still answer', async context => {
    const { app, caller, call } = await scene(context, 'tel', {}, 0, 'message');
    app.srf.use('invite', (req, res) => {
      const proxied = req as unknown as { proxy(options: object): Promise<unknown> };
      proxied.proxy({ destination: 'tel:+123' }).catch(() => res.send(404));
    });
    call.invite();
    call.ack(await caller.hearResponse(404));
  });

  test('any method can be forwarded', async context => {
    const { caller, callees, call, result } = await scene(context, 'message', {}, 1, 'message');
    call.send('MESSAGE', 1);
    const [callee] = callees as [WirePeer];
    const message = await callee.hearRequest('MESSAGE');
    callee.respond(message, '202 Accepted', { tag: 'a' });
    await caller.hearResponse(202, 'MESSAGE');
    assert.deepEqual(statuses(await result), [202]);
  });

  test('a request in a dialog without a recorded route is not forwarded, whatever its Route is', async context => {
    const { caller, callees, call } = await scene(context, 'relay', { remainInDialog: true }, 1);
    const [victim] = callees as [WirePeer];
    for (const route of ['<sip:127.0.0.1;lr>', '<sip:0123456789abcdef0123456789abcdef@127.0.0.1;lr>']) {
      call.send('BYE', 1, {
        branch: call.branch(route.length.toString()),
        uri: `sip:x@127.0.0.1:${victim.port}`,
        to: '<sip:bob@127.0.0.1>;tag=made-up',
        headers: [`Route: ${route}`],
      });
      await caller.hearResponse(481, 'BYE');
    }
    assert.equal(victim.heard.length, 0);
  });
});
