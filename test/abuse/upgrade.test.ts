// Upgrades to other protocols than WebSocket, and internal failures while a peer's bytes are handled: each ends at most its
// own connection, and calls go on.

import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { PAGE } from '../support/signalling-gateway.ts';
import { startWatched, type Watched } from './security-scene.ts';

const h2c = {
  connection: 'Upgrade, HTTP2-Settings',
  upgrade: 'h2c',
  'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
};

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The status, and whether the connection was reused. */
function ask({ gateway }: Watched, agent: Agent, path: string, sent: Sent = {}): Promise<[number, boolean]> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = sent;
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const request = httpRequest(gateway.url + path, {
      agent,
      method,
      headers: { ...h2c, ...headers, ...length },
    });
    request.on('error', reject);
    request.on('response', response => {
      response.resume();
      response.on('end', () => resolve([response.statusCode ?? 0, request.reusedSocket]));
    });
    request.end(body);
  });
}

test('an upgrade to HTTP/2 is ignored, and the request is answered as any other', async context => {
  const scene = await startWatched(context, { site: { tokens: undefined } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  context.after(() => agent.destroy());
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: PAGE };
  const body = 'to=sip:director@mysite.test';
  assert.deepEqual(await ask(scene, agent, '/healthz'), [200, false]);
  // The connection goes on as HTTP/1.1 (RFC 9110 7.8).
  assert.deepEqual(await ask(scene, agent, '/token', { method: 'POST', headers: form, body }), [200, true]);
  assert.deepEqual(await ask(scene, agent, '/sip', { headers: { origin: PAGE } }), [404, true]);
  for (let i = 0; i < 15; i++) await ask(scene, agent, '/nothing');
  await scene.offend();
  scene.assertOffences('missing-origin');
});
