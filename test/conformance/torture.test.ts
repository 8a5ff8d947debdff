// Every message of RFC 4475 and RFC 5118, byte for byte, sent over UDP to an engine with an application. Each must be
// answered by the layer and with the status in its row.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { checkRequest, checkResponse } from '../../gateway/engine/message/sanity.ts';
import { serialize } from '../../gateway/engine/message/serialize.ts';
import { parseVia } from '../../gateway/engine/message/via.ts';
import { type Endpoint, startEndpoint, TorturePeer } from './endpoint.ts';
import { invalid } from './rfc4475-invalid.ts';
import { meaning } from './rfc4475-meaning.ts';
import { valid } from './rfc4475-valid.ts';
import { ipv6 } from './rfc5118.ts';
import type { TortureRow } from './torture.ts';

const tables = { 'RFC 4475': [...valid, ...invalid, ...meaning], 'RFC 5118': ipv6 };

test('no section is missing', () => {
  const section = (parent: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${parent}.${i + 1}`);
  assert.deepEqual(
    tables['RFC 4475'].map(row => row.section),
    [
      ...section('3.1.1', 13),
      ...section('3.1.2', 19),
      ...section('3.2', 1),
      ...section('3.3', 15),
      ...section('3.4', 1),
    ],
  );
  assert.deepEqual([...new Set(ipv6.map(row => row.section))], section('4', 10));
});

test('the bytes equal those of the archive in RFC 4475', () => {
  for (const { name, message, sha256 } of tables['RFC 4475']) {
    assert.equal(createHash('sha256').update(message).digest('hex'), sha256, name);
  }
});

/** The lowest layer that refuses the message. */
function objector(bytes: Buffer): 'parser' | 'sanity' | 'nobody' {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') return 'parser';
  const objects = message.kind === 'request' ? checkRequest(message) : checkResponse(message);
  return objects === undefined ? 'nobody' : 'sanity';
}

let address = 1;

for (const [rfc, rows] of Object.entries(tables)) {
  describe(rfc, () => {
    for (const row of rows) {
      const outcome = row.answer === 'silence' ? 'is dropped' : `is answered ${row.answer}`;
      const title = `${row.section} ${row.name}: ${row.title} ${outcome} (${row.layer})`;
      describe(title, () => {
        let endpoint: Endpoint;
        // One engine each, because many of the messages have the same identifiers.
        before(async () => {
          endpoint = await startEndpoint();
        });
        after(() => endpoint.stop());

        test('the expected layer refuses the message', () => {
          const reads = row.layer === 'parser' || row.layer === 'sanity' ? row.layer : 'nobody';
          assert.equal(objector(row.message), reads);
        });

        test('the sender receives the expected answer', async context => {
          const peer = await TorturePeer.open(context, `127.44.75.${address++}`, endpoint.udpPort);
          peer.send(row.message);
          if (row.answer === 'silence') {
            await peer.settle();
            assert.deepEqual(peer.heard, []);
          } else await assertAnswered(row, peer);
          const names = endpoint.delivered.filter(({ uri }) => !uri.startsWith('sip:settle@'));
          assert.equal(names.length, row.layer === 'application' ? 1 : 0);
        });

        if (objector(row.message) === 'nobody') {
          test('it has the same meaning after it is written again', () =>
            assertRewritten(parseMessage(row.message) as SipMessage));
        }
      });
    }
  });
}

/** RFC 3261 8.2.6.2. */
const copied = ['From', 'Call-ID', 'CSeq'];

async function assertAnswered(row: TortureRow, peer: TorturePeer): Promise<void> {
  const answer = await peer.answer();
  const { status, headers } = answer;
  assert.equal(status, row.answer);
  const message = parseMessage(row.message);
  const request = message.kind === 'failure' ? message.partial! : message;
  for (const name of copied) assert.equal(headers.get(name), request.headers.get(name), name);
  const to = request.headers.get('To');
  if (to !== undefined) assert.ok(headers.get('To')?.startsWith(to));
  const [top, ...others] = headers.all('Via');
  assert.deepEqual(others, request.headers.all('Via').slice(1));
  // RFC 3261 18.2.2, RFC 3581 4: to the port in sent-by, unless rport requests the source port.
  const asked = parseVia(request.headers.get('Via') ?? '');
  const port = asked === undefined || asked.params.has('rport') ? peer.port : (asked.port ?? 5060);
  assert.equal(peer.heardOn.get(answer), port);
  // RFC 3261 18.2.1: the real source address.
  const via = parseVia(top ?? '');
  if (via !== undefined) assert.match(via.params.get('received') ?? '', /^127\.44\.75\./);
}

function assertRewritten(message: SipMessage): void {
  const again = parseMessage(serialize(message));
  if (again.kind === 'failure') assert.fail(again.reason);
  const fields = ({ headers }: SipMessage) =>
    [...headers]
      .filter(({ name }) => name !== 'Content-Length')
      .map(({ name, value }) => `${name}: ${value}`);
  assert.deepEqual(fields(again), fields(message));
  assert.deepEqual(again.body, message.body);
}
