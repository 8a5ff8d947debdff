// Failures: lost datagrams, browsers that vanish, PBXs that fall silent, workers that die.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { bindUdp } from '../../../gateway/media/embedded/udp.ts';
import { eventually } from '../../support/eventually.ts';
import { emptied, nextEvent, RelayCall, receiverReport, relayOptions } from './relay-call.ts';
import { echoAnswer } from './rtp-echo.ts';

describe('the embedded relay when the network fails', () => {
  let relay: EmbeddedRelay;
  before(async () => {
    relay = await createEmbeddedRelay(relayOptions(26200));
  });
  after(async () => {
    await emptied(relay);
    await relay.shutdown();
  });

  it('connects when every DTLS datagram of the browser is lost once', async () => {
    const call = await RelayCall.prepare(relay, 'lossy');
    await call.negotiate();
    const seen = new Set<string>();
    call.leg.outgoing = datagram => {
      const first = datagram[0]!;
      if (first < 20 || first > 63) return datagram;
      // Content type, epoch and handshake type: a repetition has the same values.
      const name = `${first} ${datagram[4]} ${datagram[13]} ${datagram.length}`;
      if (seen.has(name)) return datagram;
      seen.add(name);
      return null;
    };
    await call.leg.connect(call.answer);
    await call.roundTrip();
    await call.close();
  });

  it('connects when the DTLS datagrams of the browser arrive twice and in the wrong order', async () => {
    const call = await RelayCall.prepare(relay, 'shuffled');
    await call.negotiate();
    const held: Buffer[] = [];
    call.leg.outgoing = datagram => {
      if (datagram[0]! < 20 || datagram[0]! > 63) return datagram;
      held.push(Buffer.from(datagram));
      if (held.length === 1) {
        // All datagrams sent together, backwards, twice.
        setImmediate(() => {
          for (const late of [...held, ...held].reverse()) {
            call.leg.socket.send(late, call.leg.relay.port, call.leg.relay.address);
          }
          held.length = 0;
        });
      }
      return null;
    };
    await call.leg.connect(call.answer);
    await call.roundTrip();
    await call.close();
  });

  it('accepts the last flight of the browser when it is repeated because ours was lost', async () => {
    const call = await RelayCall.prepare(relay, 'flight');
    await call.negotiate();
    const flight: Buffer[] = [];
    call.leg.outgoing = datagram => {
      const isHello = datagram[4] === 0 && datagram[13] === 1;
      if (datagram[0]! >= 20 && datagram[0]! < 64 && !isHello) flight.push(Buffer.from(datagram));
      return datagram;
    };
    await call.leg.connect(call.answer);
    assert.ok(flight.length >= 2, `${flight.length} datagrams`);
    for (const datagram of flight.slice()) call.leg.send(datagram);
    await call.roundTrip();
    assert.equal((await call.close()).browser.dropped, 0);
  });

  it('reports lost when checks end, stops sending, and connects again when checks return', async context => {
    const relay = await createEmbeddedRelay({ ...relayOptions(26240), consentMs: 1_500 });
    context.after(() => relay.shutdown());
    const lost = nextEvent(relay, 'lost', 'consent');
    const call = await RelayCall.open(relay, 'consent');
    call.leg.fallSilent();
    await lost;
    const connected = nextEvent(relay, 'connected', 'consent');
    const checking = setInterval(() => call.leg.sendCheck(), 50);
    await connected;
    await call.roundTrip();
    clearInterval(checking);
    await call.close();
  });

  it('reports once that a PBX is silent', async context => {
    const relay = await createEmbeddedRelay({ ...relayOptions(26240), silentAfterMs: 400 });
    context.after(() => relay.shutdown());
    // On a busy machine the packets of the browser wait too, and it can count as silent.
    const silences: string[] = [];
    relay.onEvent(event => {
      if (event.type === 'silent' && event.leg === 'pbx') silences.push(event.call);
    });
    const silent = async (name: string) => {
      const call = await RelayCall.open(relay, name);
      call.echo.onPacket = () => false;
      await eventually(`it is said of the ${name}`, () => silences.includes(name), { every: 5 });
      return call;
    };
    const calls = [await silent('first'), await silent('second')];
    assert.deepEqual(silences, ['first', 'second']);
    for (const call of calls) {
      call.echo.onPacket = () => true;
      await call.roundTrip();
      await call.close();
    }
  });
});

describe('the embedded relay when a browser never connects', () => {
  it('reports failed with a reason', async () => {
    const relay = await createEmbeddedRelay({ ...relayOptions(26240), connectMs: 200 });
    const call = await RelayCall.prepare(relay, 'absent');
    const failed = nextEvent(relay, 'failed', 'absent');
    await call.negotiate();
    assert.match((await failed).reason, /no ICE check/);
    await call.close();
    await relay.shutdown();
  });
});

describe('one-way audio through the embedded relay', () => {
  const quick = { oneWayMs: 400 };

  async function talk() {
    const relay = await createEmbeddedRelay({ ...relayOptions(26240), ...quick, consentMs: 3000 });
    const call = await RelayCall.open(relay, 'call');
    const events: string[] = [];
    relay.onEvent(event => {
      if (event.type === 'one-way') events.push(`${event.leg} ${event.cause}`);
      if (event.type === 'one-way-over') events.push(`over: ${event.leg} ${event.cause}`);
    });
    return { relay, call, events };
  }

  it('a PBX that sends nothing is reported, from the answer on, until it sends', async () => {
    const { relay, call, events } = await talk();
    call.echo.onPacket = () => false;
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    relay.established('call');
    await eventually('it is reported', () => events.length === 1, { every: 10 });
    call.echo.onPacket = () => true;
    await eventually('it is over', () => events.length === 2, { every: 10 });
    clearInterval(talking);
    assert.deepEqual(events, ['pbx sends-nothing', 'over: pbx sends-nothing']);
    const { oneWay } = await call.close();
    assert.deepEqual(
      oneWay?.map(({ leg, cause }) => [leg, cause]),
      [['pbx', 'sends-nothing']],
    );
    await relay.shutdown();
  });

  it('a connected browser that sends nothing is reported', async () => {
    const { relay, call, events } = await talk();
    const checking = setInterval(() => call.leg.sendCheck(), 50);
    const playing = setInterval(() => call.echo.audio.send(call.packet(), call.port, '127.0.0.1'), 20);
    relay.established('call');
    await eventually('it is reported', () => events.length === 1, { every: 10 });
    clearInterval(checking);
    clearInterval(playing);
    assert.deepEqual(events, ['browser sends-nothing']);
    await call.close();
    await relay.shutdown();
  });

  /** The browser sends, and the PBX reports repeatedly until `done`. */
  async function reported(cname: string, done: (reports: number, events: string[]) => boolean) {
    const { relay, call, events } = await talk();
    const rtcp = await bindUdp('127.0.0.1', 0);
    const blocks: Buffer[] = [];
    let reports = 0;
    call.echo.onPacket = packet => {
      if (events.length > 0) blocks[0] = blockOf(packet);
      return true;
    };
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 5);
    const reporting = setInterval(() => {
      rtcp.send(receiverReport(cname, ...blocks), call.port + 1, '127.0.0.1');
      reports++;
    }, 200);
    relay.established('call');
    await eventually('it has reported', () => done(reports, events), { every: 10 });
    clearInterval(talking);
    clearInterval(reporting);
    rtcp.close();
    await call.close();
    await relay.shutdown();
    return events;
  }

  it('a PBX whose reports show no received packets is reported, until they show some', async () => {
    const uuid = '0d3dba0e-55bc-4f7b-9f3e-9dba1c0a1a77';
    const events = await reported(uuid, (_, { length }) => length === 2);
    assert.deepEqual(events, ['pbx hears-nothing', 'over: pbx hears-nothing']);
  });

  it('a PBX that never sends report blocks does not count as one that receives nothing', async () => {
    assert.deepEqual(await reported('pbx@192.0.2.10', reports => reports === 10), []);
  });

  it('a PBX that holds is not reported', async () => {
    const { relay, call, events } = await talk();
    await relay.answer(
      'call',
      'pbx',
      echoAnswer(call.offer, call.echo, /pcmu/i).replace('a=sendrecv', 'a=recvonly'),
    );
    call.echo.onPacket = () => false;
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    relay.established('call');
    // A report would come long before a sending line counts as silent.
    await new Promise(resolve => {
      relay.onEvent(({ type }) => {
        if (type === 'lost') resolve(undefined);
      });
      call.leg.fallSilent();
    });
    clearInterval(talking);
    assert.deepEqual(events, []);
    await call.close();
    await relay.shutdown();
  });
});

describe('the embedded relay when a worker dies', () => {
  it('reports failed for its calls, keeps the others, and places new ones on a new worker', async () => {
    const relay = await createEmbeddedRelay({ ...relayOptions(26300), workers: 2 });
    const [one, two] = [await RelayCall.open(relay, 'one'), await RelayCall.open(relay, 'two')];
    const failures: string[] = [];
    relay.onEvent(event => {
      if (event.type === 'failed') failures.push(event.call);
    });
    const failed = nextEvent(relay, 'failed', 'one');
    await relay.links[0]?.thread?.terminate();
    assert.match((await failed).reason, /worker was lost/);
    await two.roundTrip();
    assert.deepEqual(failures, ['one']);
    await assert.rejects(one.negotiate(), { status: 503 });
    await one.close();
    const [three, four] = [await RelayCall.open(relay, 'three'), await RelayCall.open(relay, 'four')];
    await three.roundTrip();
    await four.roundTrip();
    for (const call of [two, three, four]) await call.close();
    await emptied(relay);
    await relay.shutdown();
  });

  it('does not terminate a worker whose answer is queued at the deadline', async context => {
    const relay = await createEmbeddedRelay(relayOptions(26300));
    const [link] = relay.links;
    const worker = link?.thread;
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const answer = link?.request({ op: 'counts' });
    // As after a standstill of the main thread: the deadline is over, and then the earlier message of the
    // worker arrives.
    worker?.prependOnceListener('message', () => context.mock.timers.tick(5000));
    assert.equal((await answer)?.calls, 0);
    context.mock.timers.reset();
    await new Promise(resolve => setImmediate(resolve));
    assert.equal((await link?.request({ op: 'counts' }))?.calls, 0);
    assert.equal(link?.thread, worker);
    await relay.shutdown();
  });

  it('does not start when its port is in use', async () => {
    const relay = await createEmbeddedRelay(relayOptions(26300));
    const port = relay.links[0]!.port;
    const options = relayOptions(26300);
    await assert.rejects(
      createEmbeddedRelay({ ...options, browser: { ...options.browser, port } }),
      /EADDRINUSE/,
    );
    await relay.shutdown();
  });
});

/** A report block about this packet's stream, with this packet as the newest received. */
function blockOf(packet: Buffer): Buffer {
  const block = Buffer.alloc(24);
  packet.copy(block, 0, 8, 12);
  block.writeUInt16BE(packet.readUInt16BE(2), 10);
  return block;
}
