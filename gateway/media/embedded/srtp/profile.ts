// The two supported SRTP protection profiles (RFC 5764 4.1.2, RFC 7714 14.2), and the derivation of session
// keys from the master key that DTLS exports (RFC 3711 4.3). Must not depend on packets.

import { createCipheriv } from 'node:crypto';

export type SrtpProfile = 'AES128_CM_SHA1_80' | 'AEAD_AES_128_GCM';

export interface ProfileFacts {
  /** The number in the use_srtp extension of DTLS. */
  readonly dtlsId: 1 | 7;
  readonly saltLength: number;
  readonly tagLength: number;
}

export const profiles: Readonly<Record<SrtpProfile, ProfileFacts>> = {
  AES128_CM_SHA1_80: { dtlsId: 1, saltLength: 14, tagLength: 10 },
  AEAD_AES_128_GCM: { dtlsId: 7, saltLength: 12, tagLength: 16 },
};

export function profileOfDtlsId(id: number | undefined): SrtpProfile | null {
  if (id === 1) return 'AES128_CM_SHA1_80';
  if (id === 7) return 'AEAD_AES_128_GCM';
  return null;
}

/** One direction's master secret, as exported by DTLS (RFC 5764 4.2). Key of 16 bytes. */
export interface MasterKey {
  readonly key: Buffer;
  readonly salt: Buffer;
}

export interface SessionKeys {
  readonly key: Buffer;
  /** HMAC-SHA1 key; unused by GCM. */
  readonly authKey: Buffer;
  readonly salt: Buffer;
}

const labels = { rtp: [0x00, 0x01, 0x02], rtcp: [0x03, 0x04, 0x05] } as const;

/** RFC 3711 4.3.1 with a key derivation rate of zero. A salt of 12 bytes is padded as in RFC 7714 11. */
export function deriveSessionKeys(master: MasterKey, kind: 'rtp' | 'rtcp'): SessionKeys {
  const [cipher, auth, salt] = labels[kind];
  return {
    key: derive(master, cipher, 16),
    authKey: derive(master, auth, 20),
    salt: derive(master, salt, master.salt.length),
  };
}

function derive(master: MasterKey, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  master.salt.copy(counter, 0, 0, 14);
  counter[7] = counter[7]! ^ label;
  const stream = createCipheriv('aes-128-ctr', master.key, counter);
  return stream.update(Buffer.alloc(length));
}
