// Finds out what an rtpengine supports with a test call, because ng reports no version. An rtpengine that
// bundles is mr14.0 or newer.

import { randomBytes } from 'node:crypto';
import { fromBrowser, toBrowser, toPbx } from './flags.ts';
import type { NgClient } from './ng-client.ts';
import { browserSdp, type NgLines, pbxSdp, relayEndOf } from './ng-sdp.ts';

const lines: NgLines = (['audio', 'video'] as const).map(kind => {
  const [type, name, rate] = kind === 'audio' ? ([0, 'PCMU', 8000] as const) : ([96, 'VP8', 90000] as const);
  const codec = { type, name, rate, channels: 1, config: null, feedback: [] };
  return { kind, line: { codecs: [codec], direction: 'inactive', remote: null } };
});
const end = {
  ice: { ufrag: 'probe', password: 'probeprobeprobeprobeprobe' },
  fingerprint: { hash: 'sha-256', value: Array(32).fill('00').join(':') },
};

/** A call that is deleted immediately. @throws {NgError} */
export async function canBundle(ng: NgClient, overIpv6: boolean): Promise<boolean> {
  const family = overIpv6 ? 6 : 4;
  const call = { 'call-id': `probe.${randomBytes(8).toString('hex')}`, 'address-family': `IP${family}` };
  try {
    await ng.request('offer', { ...call, ...fromBrowser, ...toPbx, sdp: browserSdp(lines, end, family) });
    const answer = { ...call, ...fromBrowser, ...toBrowser, sdp: pbxSdp(lines, family) };
    return relayEndOf((await ng.request('answer', answer)).sdp).bundled.every(Boolean);
  } finally {
    await ng.request('delete', { ...call, 'delete delay': 0 }).catch(() => {});
  }
}
