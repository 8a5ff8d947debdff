// The widget's files: changes on disk while the process runs, and peers that disconnect before they have read them. Each
// test runs the product's own process, because file descriptors and a crash are what it observes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';
import { startProcessScene } from '../support/process-scene.ts';
import { repository } from '../support/repository.ts';
import { descriptorsOf } from './process-usage.ts';

const chunks = join(repository, 'dist/public/chunks');
/** The largest file: it does not fit into the socket buffers. */
const LARGEST = readdirSync(chunks)
  .filter(name => name.endsWith('.js'))
  .reduce((one, other) =>
    statSync(join(chunks, one)).size >= statSync(join(chunks, other)).size ? one : other,
  );

const request = `GET /chunks/${LARGEST} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The product in a private folder, whose files may be changed. */
function installation(): string {
  const home = privateFolder('installation');
  for (const part of ['dist/gateway', 'dist/public', 'package.json']) {
    cpSync(join(repository, part), join(home, part), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(home, 'node_modules'));
  return home;
}

test('files that are replaced or removed beside a running gateway are served as they were', async context => {
  const home = installation();
  const { gateway } = await startProcessScene(context, { home });
  const pinned = `/v/${JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version}`;
  const paths = ['/sip-call.js', `/chunks/${LARGEST}`, `${pinned}/sip-call.js`];
  const read = async (path: string) => {
    const response = await fetch(gateway.url + path, { headers: { 'Accept-Encoding': 'identity' } });
    return [response.status, await response.text()];
  };
  const before = await Promise.all(paths.map(read));
  rmSync(join(home, 'dist/public/chunks'), { recursive: true });
  writeFileSync(join(home, 'dist/public/sip-call.js'), 'another version');
  assert.deepEqual(await Promise.all(paths.map(read)), before);
  assert.equal((await gateway.counts()).status, 'ok');
});

test('peers that leave while they read a file leave no descriptor behind', async context => {
  const { gateway } = await startProcessScene(context);
  await fetch(`${gateway.url}/chunks/${LARGEST}`).then(response => response.arrayBuffer());
  const before = descriptorsOf(gateway);
  for (let count = 0; count < 50; count++) {
    const socket = await connected(gateway.url);
    socket.write(request);
    await once(socket, 'data');
    socket.destroy();
  }
  await eventually('all connections are closed', async () => {
    const left = descriptorsOf(gateway) - before;
    if (left > 5) throw new Error(`${left} descriptors more than before`);
    return true;
  });
});

test('many requests for a file on connections that are not read take no files from the process', async context => {
  const { gateway } = await startProcessScene(context, { under: ['prlimit', '--nofile=320:320'] });
  const before = descriptorsOf(gateway);
  const sockets: Socket[] = [];
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let count = 0; count < 12; count++) {
    const socket = await connected(gateway.url);
    socket.pause();
    socket.write(request.repeat(600));
    sockets.push(socket);
  }
  // Each connection's requests have been read once the next connection's have been answered.
  const response = await fetch(`${gateway.url}/sip-call.js`);
  assert.equal(response.status, 200);
  assert.ok((await response.text()).length > 1_000);
  const taken = descriptorsOf(gateway) - before;
  assert.ok(taken < 40, `${taken} descriptors were taken`);
});
