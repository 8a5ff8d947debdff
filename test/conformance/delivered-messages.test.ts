// How the application sees the torture messages that reach it, and how the engine handles those that one answer cannot
// test: streams, RFC 2543 callers, branches that are not unique.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { parseAddress } from '../../gateway/engine/message/address.ts';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { parseUri } from '../../gateway/engine/message/uri.ts';
import { parseVia } from '../../gateway/engine/message/via.ts';
import { type Endpoint, startEndpoint, TorturePeer } from './endpoint.ts';
import { invalid } from './rfc4475-invalid.ts';
import { meaning } from './rfc4475-meaning.ts';
import { valid } from './rfc4475-valid.ts';
import { ipv6 } from './rfc5118.ts';

function bytesOf(name: string): Buffer {
  return [...valid, ...invalid, ...meaning, ...ipv6].find(row => row.name === name)!.message;
}

function read(name: string): SipRequest {
  const message = parseMessage(bytesOf(name));
  if (message.kind !== 'request') assert.fail(`${name} is no request`);
  return message;
}

describe('parsed with the intended meaning', () => {
  test('3.1.1.1 wsinv: folds, blanks, compact forms and lists', () => {
    const { headers } = read('wsinv');
    assert.deepEqual(
      headers.all('Via').map(via => [parseVia(via)?.host, parseVia(via)?.params.get('branch')]),
      [
        ['192.0.2.2', '390skdjuw'],
        ['spindle.example.com', 'z9hG4bK9ikj8'],
        ['192.168.255.111', 'z9hG4bK30239'],
      ],
    );
    assert.equal(headers.get('Subject'), '');
    assert.equal(headers.get('NewFangledHeader'), 'newfangled value continued newfangled value');
    assert.equal(headers.get('UnknownHeaderWithUnusualValue'), ';;,,;;,;');
    assert.equal(parseAddress(headers.get('From')!)?.displayName, 'J Rosenberg \\"');
    assert.equal(parseAddress(headers.get('Contact')!)?.displayName, 'Quoted string ""');
    assert.equal(parseAddress(headers.get('Contact')!)?.params.get('secondparam'), '');
  });

  test('3.1.1.2 intmeth: only three control characters are replaced', () => {
    const { method, uri, headers } = read('intmeth');
    assert.equal(method, "!interesting-Method0123456789_*+`.%indeed'~");
    assert.equal(parseUri(uri)?.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    assert.equal(parseAddress(headers.get('To')!)?.displayName, 'BEL:\ufffd NUL:\ufffd DEL:\ufffd');
    const from = parseAddress(headers.get('From')!);
    assert.equal(from?.displayName, "token1~` token2'+_ token3*%!.-");
    assert.equal(from?.params.get("fromparam''~+*_!.-%"), '"работающий"');
    assert.equal(headers.get('Call-ID'), 'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
    assert.equal(headers.get("extensionHeader-!.%*+_`'~"), '\ufeff大停電');
  });

  test('3.1.1.3 esc01: escapes are decoded once', () => {
    const { uri, headers } = read('esc01');
    assert.equal(parseUri(uri)?.user, 'sips:user@example.com');
    const contact = parseUri(parseAddress(headers.get('Contact')!)!.uri);
    assert.deepEqual(
      [contact?.user, contact?.params.get('lr'), contact?.params.get('name')],
      ['caller', '', 'value%41'],
    );
  });

  test('3.1.1.4 escnull: two contacts, and a user that NUL does not shorten', () => {
    const { headers } = read('escnull');
    assert.equal(parseUri(parseAddress(headers.get('To')!)!.uri)?.user, 'null-\0-null');
    assert.equal(headers.all('Contact').length, 2);
  });

  test('3.1.1.5 esc02: % is not an escape in methods, names and display names', () => {
    const { method, headers } = read('esc02');
    assert.equal(method, 'RE%47IST%45R');
    assert.equal(parseAddress(headers.get('To')!)?.displayName, '%Z%45');
    assert.equal(headers.all('Contact').length, 2);
    assert.equal(headers.get('C%6Fntact'), '<sip:alias2@host2.example.com>');
  });

  test('3.1.1.7 longreq: thirty-four Vias', () => {
    assert.equal(read('longreq').headers.all('Via').length, 34);
  });

  test('3.1.1.9 semiuri: the user contains a semicolon and an @', () => {
    assert.equal(parseUri(read('semiuri').uri)?.user, 'user;par=u@example.net');
  });

  test('3.1.1.11 mpart01: a body with NULs is read completely', () => {
    const { body } = read('mpart01');
    assert.equal(body.length, 553);
    assert.ok(body.includes(0) && body.toString('latin1').endsWith('\r\n--7a9cbec02ceef655--\r\n'));
  });

  test('3.1.1.12 unreason and 3.1.1.13 noreason: a reason in Cyrillic, and none', () => {
    const reasonOf = (name: string) => {
      const message = parseMessage(bytesOf(name));
      return message.kind === 'response' ? message.reason : message.kind;
    };
    assert.equal(reasonOf('unreason'), '= 2**3 * 5**2 но сто девяносто девять - простое');
    assert.equal(reasonOf('noreason'), '');
  });

  test('3.3.12 cparam01, 3.3.13 cparam02: a parameter belongs to the header or to the URI', () => {
    const inHeader = parseAddress(read('cparam01').headers.get('Contact')!);
    const inUri = parseAddress(read('cparam02').headers.get('Contact')!);
    assert.equal(inHeader?.params.has('unknownparam'), true);
    assert.equal(inUri?.params.has('unknownparam'), false);
    assert.equal(parseUri(inUri!.uri)?.params.has('unknownparam'), true);
  });

  test('3.3.14 regescrt: the escaped Route stays in its URI', () => {
    const { headers } = read('regescrt');
    assert.equal(headers.has('Route'), false);
    const contact = parseUri(parseAddress(headers.get('Contact')!)!.uri);
    assert.equal(contact?.headers.get('route'), '<sip:sip.example.com>');
  });

  test('RFC 5118 4.3, 4.4: the end of the address and the start of the port', () => {
    const ambiguous = parseUri(read('port-ambiguous').uri);
    const unambiguous = parseUri(read('port-unambiguous').uri);
    assert.deepEqual([ambiguous?.host, ambiguous?.port], ['2001:db8::10:5070', undefined]);
    assert.deepEqual([unambiguous?.host, unambiguous?.port], ['2001:db8::10', 5070]);
  });

  test('RFC 5118 4.10: an extra colon is ignored', () => {
    assert.equal(parseUri(read('ipv6-bug-abnf-3-colons').uri)?.host, '2001:db8::192.0.2.1');
  });
});

describe('processed by an engine', () => {
  let endpoint: Endpoint;
  let host = 1;
  before(async () => {
    endpoint = await startEndpoint();
  });
  after(() => endpoint.stop());

  for (const name of ['ncl', 'mcl01']) {
    test(`${name}: over TCP the connection is closed`, async () => {
      const socket = connect(endpoint.tcpPort, '127.0.0.1');
      socket.resume().write(bytesOf(name));
      await once(socket, 'close');
      assert.equal(socket.bytesRead, 0);
    });
  }

  test('3.1.2.2 clerr: over TCP the engine waits for the rest', async () => {
    const socket = connect(endpoint.tcpPort, '127.0.0.1');
    const bytes = bytesOf('clerr');
    socket.write(bytes);
    const missing = 9999 - (bytes.length - bytes.indexOf('\r\n\r\n') - 4);
    socket.write(Buffer.alloc(missing, 'x'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^SIP\/2\.0 100 /);
    socket.destroy();
    await once(socket, 'close');
  });

  test('3.2.1 badbranch: another request with the same empty identifier is not a retransmission', async context => {
    const peer = await TorturePeer.open(context, `127.44.76.${host++}`, endpoint.udpPort);
    const delivered = endpoint.delivered.length;
    const bytes = bytesOf('badbranch');
    peer.send(bytes);
    peer.send(bytes);
    peer.send(
      Buffer.from(bytes.toString().replace('badbranch.', 'badbranch.other').replace('CSeq: 8', 'CSeq: 9')),
    );
    await peer.settle();
    const callIds = endpoint.delivered.slice(delivered, -1).map(request => request.get('Call-ID'));
    assert.deepEqual(callIds, [
      'badbranch.sadonfo23i420jv0as0derf3j3n',
      'badbranch.othersadonfo23i420jv0as0derf3j3n',
    ]);
  });

  test('3.3.5 bext01: the answer lists the extensions required of an endpoint', async context => {
    const peer = await TorturePeer.open(context, `127.44.76.${host++}`, endpoint.udpPort);
    peer.send(bytesOf('bext01'));
    const { headers } = await peer.answer();
    assert.deepEqual(headers.all('Unsupported'), ['nothingSupportsThis', 'nothingSupportsThisEither']);
  });

  test('3.1.1.2 intmeth: the 501 lists the supported methods', async context => {
    const peer = await TorturePeer.open(context, `127.44.76.${host++}`, endpoint.udpPort);
    peer.send(bytesOf('intmeth'));
    const { headers } = await peer.answer();
    assert.deepEqual(headers.all('Allow'), ['INVITE', 'MESSAGE', 'OPTIONS', 'REGISTER']);
  });
});
