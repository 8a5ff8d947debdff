import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { Registrations } from '../../../../gateway/engine/drachtio/registrations.ts';
import type { Engine } from '../../../../gateway/engine/engine.ts';
import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import type { Flow } from '../../../../gateway/engine/transport/transport.ts';
import { eventually } from '../../../support/eventually.ts';
import { WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { ManualClock } from '../transaction/manual-clock.ts';
import { RecordingFlow } from '../transaction/recording-flow.ts';
import { RawApp } from './raw-app.ts';
import { startEngine } from './testbed.ts';

const contact = 'sip:alice@x8f3.invalid;transport=ws';

function register(value: string, ...fields: [string, string][]) {
  return createRequest('REGISTER', 'sip:example.org', [['Contact', value], ...fields]);
}

function accepted(request: ReturnType<typeof register>, ...fields: [string, string][]) {
  const response = createResponse(request, 200);
  for (const [name, value] of fields) response.headers.append(name, value);
  return response;
}

/** The registrations, and the look-up of the contact after some seconds. */
function scene() {
  const clock = new ManualClock();
  const registrations = new Registrations(clock, 3);
  const flow: Flow = new RecordingFlow(clock, 'ws');
  const after = (seconds: number) => {
    clock.pass(seconds * 1000);
    return registrations.flowTo(contact) === flow;
  };
  return { registrations, flow, after };
}

describe('a user that registered over a connection', () => {
  test('is found by user and host for the lifetime that the registrar gave that contact', () => {
    const { registrations, flow, after } = scene();
    const request = register(`<${contact}>;expires=600`, ['Expires', '500']);
    const answer = accepted(request, ['Contact', `<${contact}>;expires=60`], ['Expires', '300']);
    registrations.accepted(request, answer, flow);
    assert.equal(registrations.flowTo('sip:alice@x8f3.invalid'), flow);
    assert.equal(registrations.flowTo('sip:bob@x8f3.invalid'), undefined);
    assert.equal(registrations.flowTo('sip:x8f3.invalid'), undefined);
    assert.equal(after(59), true);
    assert.equal(after(1), false);
    assert.equal(registrations.size, 0);
  });

  test('or that it gave all contacts, or that the client requested, or one hour', () => {
    for (const [requested, word, seconds] of [
      [['Expires', '500'], ['Expires', '300'], 300],
      [['Expires', '500'], ['X-Nothing', ''], 500],
      [['X-Nothing', ''], ['X-Nothing', ''], 3600],
      [['Expires', '99999999999'], ['Expires', 'soon'], 3600],
    ] as [[string, string], [string, string], number][]) {
      const { registrations, flow, after } = scene();
      const request = register(`<${contact}>`, requested);
      registrations.accepted(request, accepted(request, word), flow);
      assert.equal(after(seconds - 1), true, `${word} ${requested}`);
      assert.equal(after(1), false, `${word} ${requested}`);
    }
  });

  test('is removed by a registration with lifetime 0, and with the connection', () => {
    const { registrations, flow, after } = scene();
    const request = register(`<${contact}>`, ['Expires', '60']);
    registrations.accepted(request, accepted(request), flow);
    const farewell = register(`<${contact}>;expires=0`);
    registrations.accepted(farewell, accepted(farewell), flow);
    assert.equal(after(0), false);
    registrations.accepted(request, accepted(request), flow);
    flow.close();
    assert.equal(after(0), false);
    assert.equal(registrations.size, 0);
  });

  test('is not stored over UDP, where the address is enough', () => {
    const { registrations } = scene();
    const request = register(`<${contact}>`);
    registrations.accepted(request, accepted(request), new RecordingFlow(new ManualClock(), 'udp'));
    assert.equal(registrations.size, 0);
  });

  test('is removed when the limit is reached and others registered later', () => {
    const { registrations, flow } = scene();
    for (const user of ['a', 'b', 'c', 'a', 'd']) {
      const request = register(`<sip:${user}@x.invalid>`);
      registrations.accepted(request, accepted(request), flow);
    }
    const known = ['a', 'b', 'c', 'd'].filter(user => registrations.flowTo(`sip:${user}@x.invalid`));
    assert.deepEqual(known, ['a', 'c', 'd']);
  });
});

/** A phone on a TCP connection that sends lines and receives text. */
class TcpPhone {
  readonly socket: Socket;
  heard = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', chunk => {
      this.heard += chunk;
    });
  }

  static async connect(engine: Engine): Promise<TcpPhone> {
    const { address, port } = engine.points.find(({ transport }) => transport === 'tcp')!;
    const socket = connect(port, address);
    await once(socket, 'connect');
    return new TcpPhone(socket);
  }

  say(...lines: string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
  }

  async hear(pattern: RegExp): Promise<RegExpMatchArray> {
    return await eventually(`${pattern}`, () => this.heard.match(pattern));
  }
}

describe('a phone that registered over TCP', { concurrency: 8, timeout: 100_000 }, () => {
  test('is called on its connection, by the application and by a forwarded request', async context => {
    const engine = await startEngine(context);
    const app = await RawApp.authenticated(engine, 'register', 'message');
    const phone = await TcpPhone.connect(engine);
    phone.say(
      'REGISTER sip:example.org SIP/2.0',
      'Via: SIP/2.0/TCP x8f3.invalid;branch=z9hG4bK1;rport',
      'Max-Forwards: 70',
      'From: <sip:alice@example.org>;tag=1',
      'To: <sip:alice@example.org>',
      'Call-ID: register',
      'CSeq: 1 REGISTER',
      'Contact: <sip:alice@x8f3.invalid;transport=tcp>',
    );
    app.answer(await app.frame(), '200 OK', 'Expires: 60');
    await phone.hear(/SIP\/2\.0 200 OK/);
    await app.frame();

    const answer = (method: string) => {
      const request = phone.heard.slice(phone.heard.lastIndexOf(`${method} sip:`)).split('\r\n');
      const copied = request.filter(line => /^(Via|From|To|Call-ID|CSeq):/.test(line));
      phone.say('SIP/2.0 200 OK', ...copied.map(line => (line.startsWith('To:') ? `${line};tag=2` : line)));
    };
    app.sip('|', 'OPTIONS sip:alice@x8f3.invalid;transport=tcp SIP/2.0');
    await phone.hear(/^OPTIONS sip:alice@x8f3\.invalid;transport=tcp SIP\/2\.0/m);
    answer('OPTIONS');
    await app.frame();
    assert.match(await app.frame(), /SIP\/2\.0 200 OK/);

    const udp = engine.points.find(({ transport }) => transport === 'udp')!.port;
    const peer = await WirePeer.open(context, udp);
    new WireCall(peer, 'sip:alice@example.org', 'forwarded').send('MESSAGE', 1);
    const transaction = (await app.frame()).split('|')[8];
    app.send(`p|proxy|${transaction}||||serial|||sip:alice@x8f3.invalid\r\nMESSAGE sip:x SIP/2.0\r\n\r\n`);
    await phone.hear(/^MESSAGE sip:alice@x8f3\.invalid SIP\/2\.0/m);
    answer('MESSAGE');
    await peer.hearResponse(200, 'MESSAGE');
    phone.socket.destroy();
    app.socket.destroy();
  });
});
