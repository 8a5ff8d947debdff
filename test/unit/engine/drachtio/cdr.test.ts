import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Engine } from '../../../../gateway/engine/engine.ts';
import { eventually } from '../../../support/eventually.ts';
import { WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { RawApp } from './raw-app.ts';
import { startEngine } from './testbed.ts';

interface Scene {
  readonly engine: Engine;
  readonly app: RawApp;
  readonly peer: WirePeer;
  readonly call: WireCall;
  /** `attempt network`, `stop application call-rejected`, each with the first line of its message. */
  events(count: number): Promise<string[]>;
}

async function scene(context: TestContext, callId: string): Promise<Scene> {
  const engine = await startEngine(context);
  const listener = await RawApp.authenticated(engine, 'cdr:attempt', 'cdr:start', 'cdr:stop');
  const app = await RawApp.authenticated(engine, 'invite', 'bye');
  context.after(() => {
    listener.socket.destroy();
    app.socket.destroy();
  });
  const udp = engine.points.find(({ transport }) => transport === 'udp')!.port;
  const peer = await WirePeer.open(context, udp);
  const events = async (count: number) => {
    await eventually(`${count} events`, () => listener.unread.length >= count);
    assert.equal(listener.unread.length, count);
    return listener.unread.map(frame => {
      const [line, first] = frame.split('\r\n');
      const [, event, source, time, ...rest] = line!.split('|');
      assert.match(time!, /^\d\d:\d\d:\d\d\.\d{6}$/);
      return [event!.slice(4), source, ...rest, first].join(' ');
    });
  };
  return { engine, app, peer, call: new WireCall(peer, 'sip:bob@127.0.0.1', callId), events };
}

const invite = 'INVITE sip:bob@127.0.0.1 SIP/2.0';

describe('call detail events', { concurrency: 8, timeout: 100_000 }, () => {
  test('a call that is answered and ended by the caller', async context => {
    const { app, peer, call, events } = await scene(context, 'answered');
    call.invite();
    app.answer(await app.frame(), '200 OK');
    await app.frame();
    call.ack(await peer.hearResponse(200));
    await app.frame();
    call.send('BYE', 2);
    app.answer(await app.frame(), '200 OK');
    await peer.hearResponse(200, 'BYE');
    assert.deepEqual(await events(3), [
      `attempt network ${invite}`,
      'start application uas SIP/2.0 200 OK',
      'stop network normal-release BYE sip:bob@127.0.0.1 SIP/2.0',
    ]);
  });

  test('a call that the application makes and ends, though its BYE is challenged', async context => {
    const { app, peer, events } = await scene(context, 'made');
    const uri = `sip:peer@127.0.0.1:${peer.port}`;
    app.sip('|', `INVITE ${uri} SIP/2.0`);
    const sent = await peer.hearRequest('INVITE');
    await app.frame();
    peer.respond(sent, '200 OK', { tag: 't' });
    const dialog = (await app.frame()).split('|')[9];
    app.sip(`|${dialog}`, 'ACK sip:placeholder SIP/2.0');
    await peer.hearRequest('ACK');
    await app.frame();
    for (const status of ['407 Proxy Authentication Required', '200 OK']) {
      app.sip(`|${dialog}`, 'BYE sip:placeholder SIP/2.0');
      peer.respond(await peer.hearRequest('BYE'), status);
      await app.frame();
      await app.frame();
    }
    assert.deepEqual(await events(3), [
      `attempt application INVITE ${uri} SIP/2.0`,
      'start network uac SIP/2.0 200 OK',
      `stop application normal-release BYE ${uri} SIP/2.0`,
    ]);
  });

  test('a call that the application refuses', async context => {
    const { app, peer, call, events } = await scene(context, 'refused');
    call.invite();
    app.answer(await app.frame(), '486 Busy Here');
    call.ack(await peer.hearResponse(486));
    assert.deepEqual(await events(2), [
      `attempt network ${invite}`,
      'stop application call-rejected SIP/2.0 486 Busy Here',
    ]);
  });

  test('a call that the caller cancels', async context => {
    const { app, peer, call, events } = await scene(context, 'given-up');
    call.invite();
    await app.frame();
    call.cancel();
    call.ack(await peer.hearResponse(487));
    assert.deepEqual(await events(2), [
      `attempt network ${invite}`,
      'stop network call-canceled CANCEL sip:bob@127.0.0.1 SIP/2.0',
    ]);
  });

  test('a call that is forwarded', async context => {
    const { app, peer, call, events } = await scene(context, 'forwarded');
    const callee = peer;
    call.invite();
    const transaction = (await app.frame()).split('|')[8];
    const uri = `sip:callee@127.0.0.1:${callee.port}`;
    app.send(`p|proxy|${transaction}||fullResponse||serial|||${uri}\r\nINVITE ${uri} SIP/2.0\r\n\r\n`);
    callee.respond(await callee.hearRequest('INVITE'), '200 OK', { tag: 't' });
    await peer.hearResponse(200);
    assert.deepEqual(await events(3), [
      `attempt network ${invite}`,
      'start network proxy-uac SIP/2.0 200 OK',
      'start application proxy-uas SIP/2.0 200 OK',
    ]);
  });

  test('a call that ends because its application has disconnected', async context => {
    const { app, peer, call, events } = await scene(context, 'gone');
    call.invite();
    app.answer(await app.frame(), '200 OK');
    call.ack(await peer.hearResponse(200));
    await app.frame();
    await app.frame();
    app.socket.destroy();
    peer.respond(await peer.hearRequest('BYE'), '200 OK');
    const [, , stop] = await events(3);
    assert.match(stop!, /^stop application system-error-initiated-termination BYE /);
  });
});
