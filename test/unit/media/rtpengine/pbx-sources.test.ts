// When a line at an rtpengine is probed for its source, and which address rtpengine gets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NgLines } from '../../../../gateway/media/rtpengine/ng-sdp.ts';
import { PbxSources } from '../../../../gateway/media/rtpengine/pbx-sources.ts';

const lines = (address: string, port: number, fenced = false): NgLines => [
  {
    kind: 'audio',
    line: {
      ...{ codecs: [], direction: 'sendrecv' },
      remote: { address, port, rtcpAddress: address, rtcpPort: port + 1, fenced },
    },
  },
];
const onHold: NgLines = [{ kind: 'audio', line: { codecs: [], direction: 'sendonly', remote: null } }];
const endpoint = { address: '192.0.2.7', port: 1 };
const counted = (packets: number, dropped: number) => [{ line: 0, packets, bytes: 0, dropped, endpoint }];

function agreed(remote: NgLines, networks: readonly string[] = []) {
  const sources = new PbxSources(networks);
  sources.agreed(remote, 0);
  const placed = (probed?: number) => {
    const { line } = sources.placed(remote, probed)[0]!;
    const { address, port, rtcpPort } = line!.remote!;
    return `${address}:${port} ${rtcpPort} ${line!.direction}`;
  };
  return { sources, placed };
}

test('a line is probed only when packets are dropped and none is accepted', () => {
  const { sources } = agreed(lines('198.51.100.4', 30_000));
  assert.equal(sources.update(counted(0, 0), 0), undefined);
  assert.equal(sources.update(counted(0, 3), 1), 0);
  assert.equal(sources.update(counted(5, 9), 2), undefined);
  assert.equal(sources.unsettled, false);
  assert.equal(sources.update(counted(5, 9), 3), undefined);
  assert.equal(sources.unsettled, true);
  assert.equal(sources.update(counted(5, 10), 4), 0);
});

test('the pause after a probe without a result doubles up to 8 s, and ends when the PBX is heard', () => {
  const { sources } = agreed(lines('198.51.100.4', 30_000));
  let [now, dropped] = [0, 0];
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    sources.probed(0, counted(0, dropped)[0], false, now);
    const from = now;
    while (sources.update(counted(0, ++dropped), now) === undefined) now += 500;
    pauses.push(now - from);
  }
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 8000, 8000]);
  sources.update(counted(1, dropped), now);
  sources.probed(0, counted(1, dropped)[0], false, now);
  assert.equal(sources.update(counted(1, dropped + 1), now + 1000), 0);
});

test('during a probe a line carries nothing, and its address differs from the one before and after', () => {
  const { sources, placed } = agreed(lines('198.51.100.4', 30_000));
  assert.equal(placed(), '198.51.100.4:30000 30001 sendrecv');
  assert.equal(placed(0), '198.51.100.4:7 30001 inactive');
  assert.equal(sources.learned(0, { address: '198.51.100.4', port: 7 }, 1), false);
  assert.equal(sources.learned(0, { address: '203.0.113.9', port: 30_000 }, 1), false);
  assert.equal(placed(), '198.51.100.4:30000 30001 sendrecv');
  assert.equal(sources.learned(0, { address: '198.51.100.4', port: 40_000 }, 1), true);
  assert.equal(placed(), '198.51.100.4:40000 40001 sendrecv');
  assert.equal(sources.learned(0, { address: '198.51.100.4', port: 40_002 }, 2), false);
  assert.equal(sources.learned(0, { address: '198.51.100.4', port: 30_000 }, 2), true);
  assert.equal(placed(), '198.51.100.4:30000 30001 sendrecv');
});

test('a source stays while the address in the SDP stays, also on hold; a new address begins anew', () => {
  const { sources, placed } = agreed(lines('198.51.100.4', 30_000));
  sources.learned(0, { address: '198.51.100.4', port: 40_000 }, 1);
  sources.agreed(onHold, 2);
  assert.equal(sources.placed(onHold)[0]?.line?.remote?.port, 40_000);
  sources.agreed(lines('198.51.100.4', 30_000), 3);
  assert.match(placed(), /:40000 /);
  sources.agreed(lines('198.51.100.4', 30_010), 4);
  assert.match(placed(), /:30010 /);
});

test('a PBX behind NAT has an unused address until a source in a configured network is found', () => {
  const networks = ['203.0.113.0/24', '203.0.113.9/32', '203.0.113.10/32', '2001:db8::9/128'];
  const { sources, placed } = agreed(lines('10.0.0.4', 30_000, true), networks);
  assert.equal(placed(), '192.0.2.1:9 9 sendrecv');
  // rtpengine prefers the named host to others: the configured hosts are named in turn.
  const named = [0, 1, 2].map(() => {
    sources.probed(0, undefined, false, 0);
    return placed(0);
  });
  assert.deepEqual(named, ['203.0.113.10:7 9 inactive', '203.0.113.9:7 9 inactive', named[0]]);
  assert.equal(sources.learned(0, { address: '10.0.0.4', port: 30_000 }, 1), false);
  assert.equal(sources.learned(0, { address: '203.0.113.77', port: 5004 }, 1), true);
  assert.equal(placed(), '203.0.113.77:5004 5005 sendrecv');
});
