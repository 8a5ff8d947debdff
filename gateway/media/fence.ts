// The fence around a PBX's media, as both relays keep it. Where the owner has named networks of PBXs behind NAT, SDP may
// name an address of the inside, such as 192.168.1.10; what is behind the fence is sent nothing all the same.

import type { PbxNet } from './sdp/draft.ts';
import type { LinePlan, RtpAddress } from './sdp/plan.ts';

export interface MediaFence extends PbxNet {
  /** The owner has named networks from which such PBXs send. */
  readonly latches?: boolean;
}

/** What SDP may name. */
export function namable({ family, allowed, latches }: MediaFence): PbxNet {
  return { family, allowed: address => latches === true || allowed(address) };
}

/** The same address, marked when nothing may be sent there. */
export function judged(remote: RtpAddress | null, { allowed }: MediaFence): RtpAddress | null {
  if (remote === null || (allowed(remote.address) && allowed(remote.rtcpAddress))) return remote;
  return { ...remote, fenced: true };
}

export function judgedPlans(plans: readonly LinePlan[], fence: MediaFence): LinePlan[] {
  return plans.map(plan => ({ ...plan, remote: judged(plan.remote, fence) }));
}
