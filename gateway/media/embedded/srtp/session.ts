// Both halves of an SRTP session, created from the master keys that a DTLS handshake exported.

import { CmSha1 } from './cm-sha1.ts';
import { Gcm } from './gcm.ts';
import { deriveSessionKeys, type MasterKey, type SrtpProfile } from './profile.ts';
import { SrtpReceiver } from './receiver.ts';
import { SrtpSender } from './sender.ts';
import type { SrtpTransform } from './transform.ts';

export interface SrtpSession {
  readonly profile: SrtpProfile;
  readonly receiver: SrtpReceiver;
  readonly sender: SrtpSender;
}

export function createSrtpSession(profile: SrtpProfile, local: MasterKey, remote: MasterKey): SrtpSession {
  return {
    profile,
    receiver: new SrtpReceiver(transformOf(profile, remote)),
    sender: new SrtpSender(transformOf(profile, local)),
  };
}

function transformOf(profile: SrtpProfile, master: MasterKey): SrtpTransform {
  const rtp = deriveSessionKeys(master, 'rtp');
  const rtcp = deriveSessionKeys(master, 'rtcp');
  return profile === 'AEAD_AES_128_GCM' ? new Gcm(rtp, rtcp) : new CmSha1(rtp, rtcp);
}
