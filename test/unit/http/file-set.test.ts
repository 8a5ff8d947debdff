import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { readFileSet, serveFile } from '../../../gateway/http/file-set.ts';
import { privateFolder } from '../../support/private-folder.ts';

const script = 'export const answer = 42;\n'.repeat(40);

function folderWithFiles(): string {
  const folder = privateFolder('files');
  mkdirSync(join(folder, 'v/0.0.1'), { recursive: true });
  writeFileSync(join(folder, 'call.js'), script);
  writeFileSync(join(folder, 'call.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'call.js.gz'), gzipSync(script));
  writeFileSync(join(folder, 'v/0.0.1/call.js'), 'an older one');
  writeFileSync(join(folder, 'alone.br'), 'no form of another file');
  writeFileSync(join(folder, '.hidden.js'), 'hidden');
  return folder;
}

async function serving(
  context: TestContext,
): Promise<(path: string, headers?: HeadersInit) => Promise<Response>> {
  const folder = folderWithFiles();
  const files = readFileSet(folder);
  rmSync(folder, { recursive: true });
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file) serveFile(file, request, response, { 'Cache-Control': 'no-cache' });
    else response.writeHead(404).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
}

for (const [accepted, coding] of [
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['GZIP ; q=1', 'gzip'],
  ['identity', null],
  ['br;q=0.0, gzip;q=0', null],
  ['brotli, xgzip', null],
] as const) {
  test(`a client that accepts "${accepted}" gets ${coding ?? 'the uncompressed file'}`, async context => {
    const ask = await serving(context);
    const response = await ask('/call.js', { 'Accept-Encoding': accepted });
    assert.equal(response.headers.get('Content-Encoding'), coding);
    assert.equal(response.headers.get('Vary'), 'Accept-Encoding');
    assert.equal(response.headers.get('Content-Type'), 'text/javascript');
    assert.equal(await response.text(), script);
  });
}

test('a client that has the representation gets 304, and one that has another coding does not', async context => {
  const ask = await serving(context);
  const etagOf = async (coding: string) => {
    const response = await ask('/call.js', { 'Accept-Encoding': coding });
    await response.arrayBuffer();
    return response.headers.get('ETag') ?? '';
  };
  const plain = await etagOf('identity');
  const status = async (known: string) => {
    const response = await ask('/call.js', { 'Accept-Encoding': 'identity', 'If-None-Match': known });
    assert.equal(response.headers.get('Cache-Control'), 'no-cache');
    await response.arrayBuffer();
    return response.status;
  };
  assert.equal(await status(plain), 304);
  assert.equal(await status(`"x", W/${plain}`), 304);
  assert.equal(await status('*'), 304);
  assert.equal(await status(await etagOf('br')), 200);
});

for (const [path, status] of [
  ['/v/0.0.1/call.js', 200],
  ['/alone.br', 200],
  ['/call.js.br', 404],
  ['/.hidden.js', 404],
  ['/v/0.0.1', 404],
] as const) {
  test(`${path} is answered with ${status}`, async context => {
    const ask = await serving(context);
    assert.equal((await ask(path)).status, status);
  });
}

test('a folder that is too large for the memory is refused with a message', () => {
  const folder = folderWithFiles();
  const large = join(folder, 'large.js');
  writeFileSync(large, '');
  truncateSync(large, 200 * 1024 * 1024);
  assert.throws(() => readFileSet(folder), /holds \d+ bytes; at most \d+ are served: remove versions/);
});

test('a folder that links to itself is read to a bounded depth', () => {
  const folder = folderWithFiles();
  symlinkSync(folder, join(folder, 'v/loop'));
  assert.ok(readFileSet(folder).size < 100);
});
