import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NgClient } from '../../../../gateway/media/rtpengine/ng-client.ts';
import { canBundle } from '../../../../gateway/media/rtpengine/probe.ts';
import { NgPeer } from './ng-peer.ts';

/** The answer of rtpengine 10.5: each line on a separate port. */
const unbundled = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['a=ice-ufrag:abcdefgh', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=fingerprint:sha-256 00:11'],
  ...['m=audio 30000 UDP/TLS/RTP/SAVPF 0', 'm=video 30002 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', ''],
].join('\r\n');

test('an rtpengine that gives each line a separate port is old, and keeps no state of the test call', async context => {
  const peer = await NgPeer.open(context);
  peer.onRequest = ({ answer }) => answer({ result: 'ok', sdp: unbundled });
  const ng = new NgClient({ ...peer.server, timeoutMs: 10_000 });
  context.after(() => ng.close());
  assert.equal(await canBundle(ng, false), false);
  const calls = peer.requests.map(({ message }) => [message.command, message['call-id']]);
  assert.deepEqual(
    calls.map(([command]) => command),
    ['offer', 'answer', 'delete'],
  );
  assert.equal(new Set(calls.map(([, call]) => call)).size, 1);
});
