import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { ConfigError, configFrom } from '../../../gateway/config/load.ts';
import { startGateway } from '../../../gateway/gateway.ts';
import { Certificate, readIdentity } from '../../../gateway/http/certificate.ts';
import { createCertificate } from '../../../gateway/media/embedded/dtls/certificate.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';
import { PassThroughRelay } from '../../support/pass-through-relay.ts';
import { privateFolder } from '../../support/private-folder.ts';

/** Two files, and the fingerprint of the certificate. */
function newFiles(folder = privateFolder('certificate'), name = 'site') {
  const { certPem, keyPem } = createCertificate(new Date());
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  // Replaced atomically, as certbot does.
  for (const [file, text] of [
    [files.certificate, certPem],
    [files.key, keyPem],
  ] as const) {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
  return { folder, files, fingerprint: new X509Certificate(certPem).fingerprint256 };
}

async function open(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

async function shown(port: number): Promise<string> {
  const socket = await open(port);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

async function secureGateway(context: TestContext, files: { certificate: string; key: string }) {
  const input = {
    listen: '127.0.0.1:0',
    address: '127.0.0.1',
    sip: { udp: 0, tcp: 0 },
    sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }],
  };
  const config = (tls?: typeof files) => configFrom({ ...input, ...(tls && { tls }) });
  const gateway = await startGateway(config(files), createLog('silent'), { media: new PassThroughRelay() });
  context.after(() => gateway.stop());
  return { gateway, config, port: Number(new URL(gateway.url).port) };
}

test('a reload uses the certificate that is in the files now, and open connections stay', async context => {
  const old = newFiles();
  const { gateway, config, port } = await secureGateway(context, old.files);
  assert.equal(await shown(port), old.fingerprint);
  const before = await open(port);
  const renewed = newFiles(old.folder);
  gateway.reload(config(old.files));
  assert.equal(await shown(port), renewed.fingerprint);
  const elsewhere = newFiles();
  gateway.reload(config(elsewhere.files));
  assert.equal(await shown(port), elsewhere.fingerprint);
  before.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(String((await once(before, 'data'))[0]), /^HTTP\/1\.1 200/);
});

test('a missing certificate, or one with another key, is refused with a message, and the previous one stays', async context => {
  const old = newFiles();
  const { gateway, config, port } = await secureGateway(context, old.files);
  const missing = { ...old.files, certificate: '/nowhere.pem' };
  const mixed = { ...old.files, certificate: newFiles().files.certificate };
  for (const [files, message] of [
    [missing, /^tls\.certificate: \/nowhere\.pem: cannot be read: ENOENT$/],
    [mixed, /^tls\.key: the key in .*site\.key does not match the certificate in .*site\.pem$/],
  ] as const) {
    assert.throws(
      () => gateway.reload(config(files)),
      (error: unknown) => error instanceof ConfigError && message.test(error.message),
    );
    assert.equal(await shown(port), old.fingerprint);
  }
  assert.throws(
    () => gateway.reload(config()),
    /^ConfigError: .*tls: cannot change while the gateway runs; restart it/,
  );
});

test('replaced files are detected, also when only the second one completes the pair', async context => {
  const old = newFiles();
  const lines: string[] = [];
  const log = createLog('warn', { write: line => void lines.push(line) });
  const server = createServer(readIdentity(old.files)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const certificate = new Certificate(server, readIdentity(old.files), log, 20);
  context.after(() => {
    certificate.close();
    server.close();
  });
  const { port } = server.address() as { port: number };
  /** On a busy machine the first poll may happen after the change: the file is touched until the change is detected. */
  const noticed = (what: string, file: string, look: () => boolean | Promise<boolean>) =>
    eventually(what, () => {
      utimesSync(file, new Date(), new Date());
      return look();
    });
  const { files, fingerprint } = newFiles();
  renameSync(files.certificate, old.files.certificate);
  await noticed('half of it is refused', old.files.certificate, () =>
    lines.some(line => line.includes('does not match the certificate')),
  );
  assert.equal(await shown(port), old.fingerprint);
  renameSync(files.key, old.files.key);
  const isShown = async () => (await shown(port)) === fingerprint;
  await noticed('the new certificate is shown', old.files.key, isShown);
});
