// Which addresses of a PBX's SDP are accepted and which are sent to, for both relays. When the owner has named networks of
// PBXs behind NAT, SDP may name an inner address such as 192.168.1.10; nothing is sent there.

import type { PbxNet } from './sdp/draft.ts';
import type { LinePlan, RtpAddress } from './sdp/plan.ts';

export interface MediaFence extends PbxNet {
  /** The owner has named networks of PBXs behind NAT. */
  readonly latches?: boolean;
}

/** Addresses that SDP may name. */
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
