import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialog } from '../../../../gateway/engine/dialog/dialog.ts';
import { DialogTable } from '../../../../gateway/engine/dialog/dialog-table.ts';
import { dialogHop, hopOf, locate } from '../../../../gateway/engine/dialog/next-hop.ts';
import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import type { SipRequest } from '../../../../gateway/engine/message/message.ts';
import type { Flow } from '../../../../gateway/engine/transport/transport.ts';
import { ManualClock } from '../transaction/manual-clock.ts';
import { RecordingFlow } from '../transaction/recording-flow.ts';

const clock = new ManualClock();

function invite(contact: string, recordRoutes: readonly string[] = []): SipRequest {
  return createRequest('INVITE', 'sip:us@192.0.2.1', [
    ...recordRoutes.map(route => ['Record-Route', route] as const),
    ['From', '<sip:them@x>;tag=theirs'],
    ['To', '<sip:us@x>'],
    ['Call-ID', 'call'],
    ['CSeq', '5 INVITE'],
    ['Contact', contact],
  ]);
}

function flowFrom(address: string, port = 5060, transport: Flow['transport'] = 'udp'): RecordingFlow {
  return new RecordingFlow(clock, transport, { address, port });
}

function served(contact: string, flow: Flow, recordRoutes: readonly string[] = []): Dialog {
  return Dialog.ofServer(invite(contact, recordRoutes), 'ours', flow);
}

test('both sides name the dialog by the From tag of the request that created it', () => {
  const request = invite('<sip:them@192.0.2.9>');
  const flow = flowFrom('192.0.2.9');
  const server = Dialog.ofServer(request, 'ours', flow);
  const client = Dialog.ofClient(request, createResponse(request, 200, 'OK', 'ours'), flow);
  assert.deepEqual([server.id, client.id], ['call;from-tag=theirs', 'call;from-tag=theirs']);
  assert.deepEqual([server.localTag, server.remoteTag], ['ours', 'theirs']);
  assert.deepEqual([client.localTag, client.remoteTag], ['theirs', 'ours']);
});

test('the route set is the Record-Route in order for the callee and reversed for the caller', () => {
  const request = invite('<sip:them@192.0.2.9>', ['<sip:p1;lr>', '<sip:p2;lr>']);
  const response = createResponse(request, 200, 'OK', 'ours');
  for (const route of request.headers.all('Record-Route')) response.headers.append('Record-Route', route);
  const flow = flowFrom('192.0.2.9');
  assert.deepEqual(Dialog.ofServer(request, 'ours', flow).routeSet, ['<sip:p1;lr>', '<sip:p2;lr>']);
  assert.deepEqual(Dialog.ofClient(request, response, flow).routeSet, ['<sip:p2;lr>', '<sip:p1;lr>']);
});

test('a strict router gets the Request-URI, and the target goes to the end of Route', () => {
  const dialog = served('<sip:them@192.0.2.9>', flowFrom('192.0.2.9'), ['<sip:strict>', '<sip:p2;lr>']);
  assert.deepEqual(dialog.route(), { uri: 'sip:strict', routes: ['<sip:p2;lr>', '<sip:them@192.0.2.9>'] });
});

test('a lower CSeq is out of order, a repeated or skipped one is not', () => {
  const dialog = served('<sip:them@192.0.2.9>', flowFrom('192.0.2.9'));
  const numbered = (seq: number) => {
    const request = invite('<sip:them@192.0.2.9>');
    request.headers.set('CSeq', `${seq} INVITE`);
    return dialog.accept(request);
  };
  assert.deepEqual([4, 5, 9, 8, 9].map(numbered), [false, true, true, false, true]);
});

test('a table finds a dialog by both tags, distinguishes two with one id, and has a limit', () => {
  const table = new DialogTable(2);
  const request = invite('<sip:them@192.0.2.9>');
  const flow = flowFrom('192.0.2.9');
  const server = Dialog.ofServer(request, 'ours', flow);
  const client = Dialog.ofClient(request, createResponse(request, 200, 'OK', 'ours'), flow);
  const [serverOwner, clientOwner] = [{ closed: false }, { closed: false }];
  server.owner = serverOwner;
  client.owner = clientOwner;
  table.add(server);
  table.add(client);
  assert.ok(table.full);
  assert.equal(table.named(server.id, serverOwner), server);
  assert.equal(table.named(server.id, clientOwner), client);
  const within = (from: string, to: string) => {
    const bye = createRequest('BYE', 'sip:us', [
      ['From', `<sip:a>;tag=${from}`],
      ['To', `<sip:b>;tag=${to}`],
      ['Call-ID', 'call'],
    ]);
    return table.match(bye);
  };
  assert.equal(within('theirs', 'ours'), server);
  assert.equal(within('ours', 'theirs'), client);
  assert.equal(within('theirs', 'forged'), undefined);
  assert.equal(within('forged', 'ours'), undefined);
  table.remove(server);
  table.remove(client);
  assert.equal(table.size, 0);
});

const hops: readonly [uri: string, hop: object | undefined][] = [
  ['sip:h.example', { transport: 'udp', host: 'h.example', port: 5060, hostname: 'h.example' }],
  ['sip:h.example;transport=TCP', { transport: 'tcp', host: 'h.example', port: 5060, hostname: 'h.example' }],
  ['sips:h.example', { transport: 'tls', host: 'h.example', port: 5061, hostname: 'h.example' }],
  [
    'sips:h.example;transport=tcp',
    { transport: 'tls', host: 'h.example', port: 5061, hostname: 'h.example' },
  ],
  [
    'sip:h.example:5099;transport=tls;maddr=192.0.2.4',
    { transport: 'tls', host: '192.0.2.4', port: 5099, hostname: 'h.example' },
  ],
  ['sip:h.example;transport=ws', undefined],
  ['sip:h.example;transport=sctp', undefined],
  ['tel:+123', undefined],
  ['sip:', undefined],
];

for (const [uri, hop] of hops) {
  test(`${uri} leads ${hop === undefined ? 'nowhere' : JSON.stringify(hop)}`, () => {
    assert.deepEqual(hopOf(uri), hop);
  });
}

test('a literal is an address immediately, a name only after a lookup', async () => {
  const lookup = async () => '192.0.2.77';
  assert.deepEqual(locate(hopOf('sip:[2001:db8::1]:5070')!, lookup), {
    transport: 'udp',
    address: '2001:db8::1',
    port: 5070,
    hostname: '2001:db8::1',
  });
  const named = locate(hopOf('sip:named.example')!, lookup);
  assert.ok(named instanceof Promise);
  assert.equal((await named).address, '192.0.2.77');
});

function whither(dialog: Dialog): string {
  const hop = dialogHop(dialog);
  return 'send' in hop ? 'the flow' : `${hop.transport} ${hop.host}:${hop.port}`;
}

test("requests in a dialog go to the Contact, or to the peer's flow if the Contact is unreachable", () => {
  const outside = flowFrom('198.51.100.5', 33_000);
  assert.equal(whither(served('<sip:them@203.0.113.4:5070>', outside)), 'udp 203.0.113.4:5070');
  assert.equal(whither(served('<sip:them@192.168.1.4:5060>', outside)), 'the flow');
  assert.equal(whither(served('<sip:them@198.51.100.5:5060>', outside)), 'the flow');
  assert.equal(whither(served('<sip:them@abc.invalid>', outside)), 'the flow');
  assert.equal(whither(served('<tel:+123>', outside)), 'the flow');
});

test('a route is used before the Contact, even behind NAT', () => {
  const flow = flowFrom('198.51.100.5');
  const through = (route: string) => whither(served('<sip:them@192.168.1.4>', flow, [route]));
  assert.equal(through('<sip:203.0.113.9;lr>'), 'udp 203.0.113.9:5060');
  assert.equal(through('<sip:10.1.1.1;lr>'), 'udp 10.1.1.1:5060');
  assert.equal(through('<sip:198.51.100.5;lr>'), 'the flow');
});

test('a closed UDP flow is opened again, a closed connection only to the Contact, a browser never', () => {
  const closed = (transport: Flow['transport'], contact: string) => {
    const flow = flowFrom('198.51.100.5', 33_000, transport);
    flow.close();
    return whither(served(contact, flow));
  };
  assert.equal(closed('udp', '<sip:them@192.168.1.4>'), 'udp 198.51.100.5:33000');
  assert.equal(closed('tcp', '<sip:them@198.51.100.5:5062;transport=tcp>'), 'tcp 198.51.100.5:5062');
  assert.equal(closed('ws', '<sip:them@abc.invalid;transport=ws>'), 'the flow');
});
