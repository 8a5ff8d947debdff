// ClientHellos as the next releases of browsers send them: DTLS 1.3 offered before 1.2, a key share for
// ML-KEM beside the usual one, more than one packet, extensions in any order. Each continues with a real
// handshake of DTLS 1.2 and audio.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { DtlsClient } from 'werift';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { emptied, RelayCall, relayOptions } from './relay-call.ts';

const recordHeader = 13;
const messageHeader = 12;

type TlsExtension = DtlsClient['extensions'][number];

/**
 * The extensions of a client that supports DTLS 1.3 (RFC 9147) and X25519MLKEM768, whose public share has
 * 1,216 bytes.
 */
function futureExtensions(current: readonly TlsExtension[]): TlsExtension[] {
  const share = (group: number, size: number) => {
    const bytes = Buffer.alloc(4 + size, 0);
    bytes.writeUInt16BE(group, 0);
    bytes.writeUInt16BE(size, 2);
    randomBytes(size).copy(bytes, 4);
    return bytes;
  };
  const listed = (sizeBytes: 1 | 2, body: Buffer) => {
    const size = Buffer.alloc(sizeBytes);
    size.writeUIntBE(body.length, 0, sizeBytes);
    return Buffer.concat([size, body]);
  };
  return [
    { type: 0x8a8a, data: Buffer.alloc(0) },
    { type: 43, data: listed(1, Buffer.from('fefcfefd', 'hex')) },
    { type: 10, data: listed(2, Buffer.from('11ec001d00170018', 'hex')) },
    { type: 51, data: listed(2, Buffer.concat([share(0x11ec, 1216), share(0x001d, 32)])) },
    { type: 45, data: Buffer.from('0101', 'hex') },
    { type: 27, data: Buffer.from('020002', 'hex') },
    ...current.filter(({ type }) => type !== 10),
    { type: 0xfafa, data: Buffer.from([0]) },
    { type: 21, data: Buffer.alloc(300) },
  ];
}

const orders: Readonly<Record<string, (extensions: TlsExtension[]) => TlsExtension[]>> = {
  'in the usual order': all => all,
  'in reverse order': all => all.toReversed(),
  shuffled: all =>
    all.toSorted((one, other) => ((one.type * 7919) % 65_537) - ((other.type * 7919) % 65_537)),
};

/** A message as one record, whatever records it was sent in. */
function whole(datagram: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < datagram.length; at += recordHeader + datagram.readUInt16BE(at + 11)) {
    parts.push(
      datagram.subarray(
        at + recordHeader + messageHeader,
        at + recordHeader + datagram.readUInt16BE(at + 11),
      ),
    );
  }
  const bytes = Buffer.concat([datagram.subarray(0, recordHeader + messageHeader), ...parts]);
  bytes.writeUInt16BE(bytes.length - recordHeader, 11);
  bytes.writeUIntBE(bytes.length - recordHeader - messageHeader, recordHeader + 9, 3);
  return bytes;
}

/** werift's client hashes the fragments of a long hello; RFC 6347 4.2.6 hashes the message. */
function hashesWhole({ dtls }: DtlsClient): void {
  const keep = dtls.bufferHandshakeCache.bind(dtls);
  dtls.bufferHandshakeCache = (fragments, isLocal, flight) => {
    const [first] = fragments;
    if (first && fragments.length > 1 && first.msg_type === 1) {
      const fragment = Buffer.concat(fragments.map(part => part.fragment));
      const message = Object.create(Object.getPrototypeOf(first));
      keep([Object.assign(message, first, { fragment, fragment_length: fragment.length })], isLocal, flight);
    } else keep(fragments, isLocal, flight);
  };
}

/** A message of one record, split into datagrams of `size` bytes. */
function fragments(datagram: Buffer, size: number): Buffer[] {
  const message = datagram.subarray(recordHeader);
  const body = message.subarray(messageHeader);
  const parts: Buffer[] = [];
  for (let offset = 0; offset < body.length; offset += size) {
    const part = body.subarray(offset, offset + size);
    const bytes = Buffer.concat([
      datagram.subarray(0, recordHeader),
      message.subarray(0, messageHeader),
      part,
    ]);
    // Each record has its own number.
    bytes.writeUIntBE(datagram.readUIntBE(5, 6) * 100 + parts.length, 5, 6);
    bytes.writeUInt16BE(messageHeader + part.length, 11);
    bytes.writeUIntBE(offset, recordHeader + 6, 3);
    bytes.writeUIntBE(part.length, recordHeader + 9, 3);
    parts.push(bytes);
  }
  return parts;
}

const isHello = (datagram: Buffer) => datagram[0] === 22 && datagram[recordHeader] === 1;

describe('a ClientHello of the next browsers', () => {
  let relay: EmbeddedRelay;
  before(async () => {
    relay = await createEmbeddedRelay(relayOptions(27_500));
  });
  after(async () => {
    await emptied(relay);
    await relay.shutdown();
  });

  async function connects(
    name: string,
    order: (extensions: TlsExtension[]) => TlsExtension[],
    deliver: (parts: Buffer[], times: number) => Buffer[],
    size = 1100,
  ): Promise<void> {
    let longest = 0;
    let times = 0;
    const call = await RelayCall.prepare(relay, name, {
      hello: client => {
        client.extensions = order(futureExtensions(client.extensions));
        hashesWhole(client);
      },
    });
    await call.negotiate();
    call.leg.outgoing = datagram => {
      if (!isHello(datagram)) return datagram;
      const hello = whole(datagram);
      longest = Math.max(longest, hello.length);
      const { port } = call.leg.relay;
      for (const part of deliver(fragments(hello, size), times++)) {
        call.leg.socket.send(part, port, '127.0.0.1');
      }
      return null;
    };
    await call.leg.connect(call.answer);
    await call.roundTrip();
    await call.close();
    assert.ok(longest > 1700, `${longest} bytes`);
  }

  for (const [name, order] of Object.entries(orders)) {
    it(`in two packets, its extensions ${name}`, () => connects(name, order, parts => parts));
  }

  const current = (all: TlsExtension[]) => all;
  for (const [name, size, deliver] of [
    ['the second packet before the first', 1100, (parts: Buffer[]) => parts.toReversed()],
    ['each packet twice', 1100, (parts: Buffer[]) => parts.flatMap(part => [part, part])],
    [
      'many small packets in any order',
      90,
      (parts: Buffer[]) =>
        parts.toSorted((a, b) => ((a[23]! * 31 + a[22]!) % 7) - ((b[23]! * 31 + b[22]!) % 7)),
    ],
    ['in one packet', 4000, (parts: Buffer[]) => parts],
    [
      'the second packet lost at first',
      1100,
      (parts: Buffer[], times: number) => (times % 2 === 0 ? parts.slice(0, 1) : parts),
    ],
    ['all in one datagram', 700, (parts: Buffer[]) => [Buffer.concat(parts)]],
  ] as const) {
    it(name, () => connects(name, current, deliver, size));
  }

  it('with forged fragments of other lengths and contents', () => {
    const forge = (part: Buffer, change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(part);
      change(bytes);
      return bytes;
    };
    return connects('forged', current, parts => [
      ...parts.slice(0, 1).flatMap(part => [
        // Another total length; a fragment beyond its end; one far ahead.
        forge(part, bytes => bytes.writeUIntBE(8000, recordHeader + 1, 3)),
        forge(part, bytes => bytes.writeUIntBE(0xffff00, recordHeader + 6, 3)),
        forge(part, bytes => bytes.writeUInt16BE(9, recordHeader + 4)),
        forge(part, bytes => bytes.writeUIntBE(0xffffff, recordHeader + 1, 3)),
      ]),
      ...parts,
    ]);
  });

  it('after a forged first one: only the hello with the cookie counts', async () => {
    const other = await RelayCall.prepare(relay, 'other');
    await other.negotiate();
    let strange: Buffer | null = null;
    other.leg.outgoing = datagram => {
      strange ??= Buffer.from(datagram);
      return null;
    };
    other.leg.heed(other.answer);
    void other.leg.shakeHands(1_000).catch(() => {});
    await new Promise(resolve => setImmediate(resolve));
    await other.close();

    const call = await RelayCall.prepare(relay, 'true');
    await call.negotiate();
    call.leg.heed(call.answer);
    await call.leg.check();
    call.leg.send(strange!);
    await call.leg.check();
    await call.leg.shakeHands();
    await call.roundTrip();
    await call.close();
  });
});
