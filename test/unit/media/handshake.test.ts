// The DTLS handshake when its answers cannot be sent, and when a client sends more than the handshake needs.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DtlsClient, DtlsServer } from 'werift';
import { createCertificate } from '../../../gateway/media/embedded/dtls/certificate.ts';
import { DtlsHandshake } from '../../../gateway/media/embedded/dtls/handshake.ts';
import { clientHello } from '../../abuse/hellos.ts';

test('an answer that cannot be sent counts as lost: nothing is thrown, nothing is rejected', async context => {
  const rejections: unknown[] = [];
  const rejected = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', rejected);
  context.after(() => process.off('unhandledRejection', rejected));
  let tries = 0;
  const expected = { hash: 'sha-256', value: '00' };
  const handshake = new DtlsHandshake(createCertificate(new Date()), expected, {
    send: () => {
      tries++;
      throw new RangeError('Port should be > 0 and < 65536. Received 0.');
    },
    connected: () => {},
    failed: () => {},
  });
  const hello = await clientHello();
  for (let i = 0; i < 3; i++) handshake.receive(Buffer.from(hello));
  // The event of an unhandled rejection comes after the microtasks.
  await new Promise(resolve => setImmediate(resolve));
  await new Promise(resolve => setImmediate(resolve));
  handshake.close();
  assert.ok(tries > 0);
  assert.deepEqual(rejections, []);
});

test('endless encrypted fragments of a client that never finishes are not kept', async context => {
  const kept = captureFragments(context);
  const [server, own] = [createCertificate(new Date()), createCertificate(new Date())];
  const handshake = new DtlsHandshake(
    server,
    { hash: 'sha-256', value: own.fingerprint },
    {
      send: datagram => void setImmediate(() => transport.onData(datagram, ['', 0])),
      connected: () => {},
      failed: () => {},
    },
  );
  let enciphers = () => {};
  const ready = new Promise<void>(resolve => {
    enciphers = resolve;
  });
  const transport = {
    type: 'ice',
    address: { address: '', port: 0, family: 'IPv4' },
    closed: false,
    onData: (_data: Buffer, _from: readonly [string, number]) => {},
    // The client's Finished, the one message of epoch 1, is never sent.
    send: async (data: Buffer) => {
      if (data[0] === 22 && data.readUInt16BE(3) === 1) enciphers();
      else handshake.receive(Buffer.from(data));
    },
    close: async () => {},
  };
  const client = new DtlsClient({
    cert: own.certPem,
    key: own.keyPem,
    signatureHash: { hash: 4, signature: 3 },
    transport,
    srtpProfiles: [1],
    extendedMasterSecret: true,
  });
  context.after(() => {
    handshake.close();
    // Ends its retransmissions.
    client.dtls.flight = 9;
  });
  client.connect().catch(() => {});
  await ready;
  for (let i = 0; i < 1000; i++) handshake.receive(fragmentRecord(client, 100 + i));
  assert.ok(kept.seen >= 1000);
  assert.ok(kept.most() <= 1, `${kept.most()} fragments`);
});

/** How many fragments werift has seen, and how many it keeps. */
function captureFragments(context: TestContext): { seen: number; most(): number } {
  type Inside = { bufferFragmentedHandshakes: unknown[] };
  const inside = DtlsServer.prototype as unknown as {
    handleFragmentHandshake(messages: unknown[]): unknown[];
  };
  const original = inside.handleFragmentHandshake;
  const servers = new Set<Inside>();
  const captured = {
    seen: 0,
    most: () => Math.max(0, ...[...servers].map(server => server.bufferFragmentedHandshakes.length)),
  };
  inside.handleFragmentHandshake = function (this: Inside, messages) {
    captured.seen++;
    servers.add(this);
    return original.call(this, messages);
  };
  context.after(() => {
    inside.handleFragmentHandshake = original;
  });
  return captured;
}

/** The first part of a message of 1000 bytes, as an encrypted record. */
function fragmentRecord(client: DtlsClient, sequenceNumber: number): Buffer {
  const fragment = Buffer.alloc(12 + 100);
  fragment[0] = 20;
  fragment.writeUIntBE(1000, 1, 3);
  fragment.writeUInt16BE(6, 4);
  fragment.writeUIntBE(100, 9, 3);
  const header = { contentType: 22, protocolVersion: { major: 254, minor: 253 }, epoch: 1, sequenceNumber };
  const packet = { recordLayerHeader: { ...header, contentLen: fragment.length }, fragment };
  const { fragment: enciphered } = client.cipher.encryptPacket(packet as never);
  const record = Buffer.alloc(13);
  record[0] = 22;
  record.writeUInt16BE(0xfefd, 1);
  record.writeUInt16BE(1, 3);
  record.writeUIntBE(sequenceNumber, 5, 6);
  record.writeUInt16BE(enciphered.length, 11);
  return Buffer.concat([record, enciphered]);
}
