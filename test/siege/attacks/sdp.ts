// Malformed SDP: lines, numbers, addresses, ports and attributes, and sometimes its bytes.

import { mutate } from '../../fuzz/mutate.ts';
import { Random } from '../../fuzz/random.ts';

const VALUES = [
  '',
  '0',
  '-1',
  '65536',
  '99999999999999999999',
  'IN IP4 10.0.0.1',
  'IN IP4 127.0.0.1',
  'IN IP6 ::ffff:127.0.0.1',
  'IN IP4 0.0.0.0',
  'IN IP4 224.0.0.1',
  'IN IP4 host.invalid',
  'audio 22 RTP/AVP 0',
  'audio 0 RTP/AVP 0',
  'audio 30000 RTP/AVP',
  `audio 30000 RTP/AVP${' 0'.repeat(3_000)}`,
  'video 30000 RTP/AVP 96',
  'application 9 UDP/DTLS/SCTP webrtc-datachannel',
  `rtpmap:0 ${'a'.repeat(10_000)}`,
  `fmtp:0 ${'a=b;'.repeat(3_000)}`,
  `candidate:1 1 udp 1 127.0.0.1 22 typ host${' a b'.repeat(2_000)}`,
  'fingerprint:sha-256 00:11',
  'crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA',
  `group:BUNDLE${' 0'.repeat(3_000)}`,
  'ssrc:4294967296 cname:a',
  `${' '.repeat(5_000)}\u2028x`,
  '%s%n\u0000',
];

/** Draws another SDP each time; the same seed draws the same sequence. At most 30,000 bytes. */
export function mutatedSdp(whole: string, seed: number): () => string {
  const random = new Random(seed);
  return () => {
    if (random.oneIn(3))
      return mutate(Buffer.from(whole), random, Buffer.from(whole)).toString().slice(0, 30_000);
    const lines = whole.split('\r\n');
    for (let left = 1 + random.below(3); left > 0; left--) {
      const at = random.below(lines.length);
      const [type = 'a'] = random.oneIn(3)
        ? random.pick(['a', 'm', 'c', 'o', 'v', 't', 'b', 'k', 'z'])
        : (lines[at] ?? 'a');
      const line = `${type}=${random.pick(VALUES)}`;
      lines.splice(at, random.below(2), ...Array.from({ length: random.oneIn(20) ? 300 : 1 }, () => line));
    }
    return lines.join('\r\n').slice(0, 30_000);
  };
}
