// The DTLS handshake when its answers cannot be sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCertificate } from '../../../gateway/media/embedded/dtls/certificate.ts';
import { DtlsHandshake } from '../../../gateway/media/embedded/dtls/handshake.ts';
import { clientHello } from '../../abuse/hellos.ts';

test('an answer that cannot be sent is an answer that was lost: nothing is thrown, nothing is rejected', async context => {
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
