// A query that overtakes the first offer of a call finds no call at the rtpengine: it must not be sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAddress } from '../../../../gateway/media/address.ts';
import { Fleet } from '../../../../gateway/media/rtpengine/fleet.ts';
import { RtpengineCall } from '../../../../gateway/media/rtpengine/rtpengine-call.ts';
import { eventually } from '../../../support/eventually.ts';
import { NgPeer } from './ng-peer.ts';

test('a call is not queried before its first offer is answered', async context => {
  const peer = await NgPeer.open(context);
  peer.onRequest = ({ answer }) => answer({ result: 'error', 'error-reason': 'Unknown call-ID' });
  const fleet = new Fleet({ servers: [peer.server] }, () => {});
  context.after(() => fleet.close());
  const call = new RtpengineCall('call', {
    ...{ fleet, addresses: [openAddress('127.0.0.1')], silentAfterMs: 30_000 },
    ...{ consentMs: undefined, connectMs: undefined },
    emit: () => {},
  });
  let answered = (_sdp: string) => {};
  const placing = call.withServer(
    () =>
      new Promise<string>(resolve => {
        answered = resolve;
      }),
  );
  await eventually('the call is being placed', () => call.server !== undefined);
  await call.query(performance.now());
  assert.deepEqual(peer.commands('query'), []);
  answered('sdp');
  assert.equal(await placing, 'sdp');
  assert.notEqual(call.server, undefined);
  await call.query(performance.now());
  assert.equal(peer.commands('query').length, 1);
});
