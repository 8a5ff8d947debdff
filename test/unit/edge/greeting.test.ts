import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { IceServer } from '../../../contract/websocket.ts';
import { greeting } from '../../../gateway/edge/greeting.ts';

const turn = { urls: ['turn:turn.mysite.ru?transport=tcp'], secret: 'cymru', lifetimeSeconds: 600 };

const limits = { reconnectSeconds: 12 };
const config = { turn, limits };

const serversOf = (frame: string | undefined): IceServer[] => JSON.parse(frame ?? '').iceServers;

test('the greeting has credentials that the TURN server accepts until they expire', () => {
  const [server] = serversOf(greeting('/sip?ice', config, 1_000_000_999));
  assert.deepEqual(server?.urls, turn.urls);
  assert.match(server?.username ?? '', /^1000600:[0-9a-f]{12}$/);
  const expected = createHmac('sha1', 'cymru').update(server!.username).digest('base64');
  assert.equal(server?.credential, expected);
});

test('two visitors get different credentials', () => {
  const names = [1, 2].map(() => serversOf(greeting('/sip?ice', config, 0))[0]?.username);
  assert.notEqual(names[0], names[1]);
});

test('every greeting has the grace period; a page that does not request a greeting gets none', () => {
  assert.deepEqual(JSON.parse(greeting('/sip?ice', { turn: undefined, limits }, 0) ?? ''), {
    reconnectSeconds: 12,
    iceServers: [],
  });
  assert.equal(greeting('/sip', config, 0), undefined);
  assert.equal(greeting('/sip?police', config, 0), undefined);
  assert.equal(greeting(undefined, config, 0), undefined);
});
