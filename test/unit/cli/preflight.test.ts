// A start that fails: it ends with 2 before anything listens, and reports the reason with the line to change.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { createCertificate } from '../../../gateway/media/embedded/dtls/certificate.ts';
import { freePort } from '../../support/free-port.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { repository } from '../../support/repository.ts';

const HOST = '127.0.0.1';
const program = join(repository, 'dist/gateway/main.js');
const sites = [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }];
const usual = {
  listen: `${HOST}:0`,
  address: HOST as unknown,
  sip: { udp: 0, tcp: 0 },
  media: { browserPort: 0 } as object,
  sites,
};

/** Runs the gateway to its end; its standard error without the name of the file. */
async function ends(config: object, main = program): Promise<{ code: number | null; said: string[] }> {
  const file = join(privateFolder('preflight'), 'gateway.yaml');
  writeFileSync(file, stringify({ ...usual, ...config }));
  const child = spawn(process.execPath, [main, 'gateway', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', error: '' };
  child.stdout.on('data', chunk => {
    texts.out += chunk;
  });
  child.stderr.on('data', chunk => {
    texts.error += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(texts.out, '', 'it has logged: something listened');
  return {
    code,
    said: texts.error
      .trim()
      .split('\n')
      .map(line => line.replace(file, 'FILE')),
  };
}

/** The product as a checkout has it before its widget was built. */
function unbuilt(): string {
  const home = privateFolder('unbuilt');
  cpSync(join(repository, 'dist/gateway'), join(home, 'dist/gateway'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(home, 'package.json'));
  symlinkSync(join(repository, 'node_modules'), join(home, 'node_modules'));
  return join(home, 'dist/gateway/main.js');
}

/** Runs until it is ready. */
async function starts(context: TestContext, text: string): Promise<string> {
  const file = join(privateFolder('preflight'), 'gateway.yaml');
  writeFileSync(file, text);
  const child = spawn(process.execPath, [program, 'gateway', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  let log = '';
  for await (const line of createInterface({ input: child.stdout })) {
    log += line;
    if (JSON.parse(line).msg === 'ready') return log;
  }
  assert.fail(`it ended before it was ready: ${log}`);
}

async function refuses(config: object, ...expected: readonly RegExp[]): Promise<void> {
  const { code, said } = await ends(config);
  assert.equal(code, 2, said.join('\n'));
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [index, words] of expected.entries()) assert.match(said[index] ?? '', words);
}

/** Files of a certificate and a key, or other files in their place. */
function files(certificate: string | undefined, key: string | undefined) {
  const folder = privateFolder('identity');
  const paths = { certificate: join(folder, 'site.pem'), key: join(folder, 'site.key') };
  if (certificate !== undefined) writeFileSync(paths.certificate, certificate);
  if (key !== undefined) writeFileSync(paths.key, key);
  return paths;
}

const { certPem, keyPem } = createCertificate(new Date());
const another = createCertificate(new Date());

for (const [what, certificate, key, words] of [
  [
    'a certificate that is missing',
    undefined,
    keyPem,
    /^FILE:\d+: tls\.certificate: .*site\.pem: cannot be read: ENOENT$/,
  ],
  ['a key that is missing', certPem, undefined, /^FILE:\d+: tls\.key: .*site\.key: cannot be read: ENOENT$/],
  [
    'a key of another certificate',
    certPem,
    another.keyPem,
    /tls\.key: the key in .* does not match the certificate in /,
  ],
  ['a certificate that is none', 'hello', keyPem, /tls\.certificate: .* contains no certificate in PEM/],
  ['a certificate that is empty', '', keyPem, /tls\.certificate: .* contains no certificate in PEM/],
  ['files that are exchanged', keyPem, certPem, /tls\.certificate: .* contains no certificate in PEM/],
  ['a key that is none', certPem, certPem, /tls\.key: .* contains no private key in PEM/],
] as const) {
  test(`${what} ends the start`, async () => {
    await refuses({ tls: files(certificate, key) }, words);
  });
}

const openssl = spawnSync('openssl', ['version']).error ? 'there is no openssl' : false;

test('a key that is encrypted ends the start', { skip: openssl }, async () => {
  const tls = files(certPem, keyPem);
  execFileSync('openssl', [
    'pkey',
    '-in',
    tls.key,
    '-aes256',
    '-passout',
    'pass:secret',
    '-out',
    `${tls.key}.enc`,
  ]);
  await refuses(
    { tls: { ...tls, key: `${tls.key}.enc` } },
    /tls\.key: the key in .* is encrypted; decrypt it, for example with openssl pkey/,
  );
});

test('a key that is a folder ends the start', async () => {
  const tls = files(certPem, undefined);
  mkdirSync(tls.key);
  await refuses({ tls }, /tls\.key: .*: cannot be read: EISDIR$/);
});

async function takenTcp(context: TestContext): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  context.after(() => server.close());
  return (server.address() as { port: number }).port;
}

async function takenUdp(context: TestContext): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  context.after(() => socket.close());
  return socket.address().port;
}

test('a web port that is taken ends the start, which names a free one', async context => {
  const port = await takenTcp(context);
  await refuses(
    { listen: `${HOST}:${port}` },
    new RegExp(
      `^FILE:1: listen: TCP port ${port} of ${HOST} is in use .*web server.*; write "listen: ${HOST}:\\d+"$`,
    ),
  );
});

test('a SIP port that a PBX has ends the start, which names a free one and the line', async context => {
  const udp = await takenUdp(context);
  const { said } = await ends({ sip: { udp, tcp: 0 } });
  assert.match(
    said[0] ?? '',
    new RegExp(
      `^FILE:\\d+: sip\\.udp: UDP port ${udp} of ${HOST} is in use .*PBX on this machine; write "sip: \\{ udp: \\d+, tcp: \\d+ \\}"$`,
    ),
  );
  // With the proposed line the gateway starts.
  const [, line = ''] = /write "(.*)"/.exec(said[0] ?? '') ?? [];
  await starts(context, stringify({ ...usual, sip: undefined }) + line);
});

test('a media port that is taken ends the start', async context => {
  const browserPort = await takenUdp(context);
  await refuses(
    { media: { browserPort } },
    /media\.browserPort: UDP port .* is in use by another program; write "media: \{ browserPort: \d+ \}"$/,
  );
});

test('an address of another machine ends the start, and the error has the line for a NAT', async () => {
  await refuses(
    { address: '192.0.2.1' },
    /^FILE:2: address: 192\.0\.2\.1 is not an address of this machine; .*write address: \{ announce: 192\.0\.2\.1 \}$/,
  );
  await refuses(
    { address: [HOST, '2001:db8::1'] },
    /^FILE:\d+: address\.2: 2001:db8::1 is not an address of this machine/,
  );
  await refuses(
    { listen: '192.0.2.1:8443' },
    /^FILE:1: listen: 192\.0\.2\.1 is not an address of this machine; write 0\.0\.0\.0/,
  );
});

test('folders of records and of the security log are made; what cannot be written ends the start', async context => {
  const folder = privateFolder('folders');
  writeFileSync(join(folder, 'file'), '');
  await refuses(
    {
      records: { file: join(folder, 'file/calls.jsonl') },
      log: { securityFile: folder },
    },
    /^FILE:\d+: records\.file: the folder .*file cannot be created: (?:EEXIST|ENOTDIR)$/,
    /^FILE:\d+: log\.securityFile: .* is a folder; expected the path of a file$/,
  );
  const log = await starts(
    context,
    stringify({ ...usual, records: { file: join(folder, 'a/b/calls.jsonl') } }),
  );
  assert.equal(existsSync(join(folder, 'a/b')), true);
  assert.doesNotMatch(log, /cannot be/);
});

test('a widget that is not built ends the start', async () => {
  const { code, said } = await ends({}, unbuilt());
  assert.deepEqual([code, said], [2, ['FILE: the widget is not built: run "npm run build" first']]);
});

test('all problems are reported together', async context => {
  const port = await takenTcp(context);
  const { code, said } = await ends({
    listen: `${HOST}:${port}`,
    tls: files(undefined, keyPem),
    address: '192.0.2.1',
  });
  assert.equal(code, 2);
  assert.equal(said.length, 3, said.join('\n'));
});

test('two ports of one file that are the same are refused with the line', async () => {
  const port = await freePort(HOST);
  await refuses(
    { sip: { udp: port, tcp: 0 }, media: { browserPort: port } },
    /^FILE:\d+: media\.browserPort: is also the UDP port of sip\.udp/,
  );
  await refuses(
    { sip: { udp: 20_100, tcp: 0 }, media: { browserPort: 0, pbxPorts: [20_000, 20_998] } },
    /^FILE:\d+: media\.pbxPorts: contains 20100, the port of sip\.udp/,
  );
});

test('--version prints the version; other flags with --config are refused', () => {
  const version = spawnSync(process.execPath, [program, '--version'], { encoding: 'utf8' });
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(version.status, 0);
  const both = spawnSync(
    process.execPath,
    [program, 'gateway', '--config', 'gateway.yaml', '--listen', `${HOST}:0`, '--allow', '10.0.0.1'],
    { encoding: 'utf8' },
  );
  assert.equal(both.status, 2);
  assert.match(both.stderr, /^--listen, --allow: not allowed with --config; write it into gateway\.yaml\n$/);
});
