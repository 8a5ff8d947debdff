// The attacks on a gateway, in the order of the report. Each attack uses its own loopback address, at a rate
// that leaves the processor to the gateway, and ignores answers.

import { halfRequests, hopefulUpgrades, tinyFragments } from './http-attacks.ts';
import { clientHellos, packets, strangersChecks } from './media-attacks.ts';
import { brokenFrames, brokenMessages, rapidInvites, unansweredInvites } from './signalling-attacks.ts';
import type { BenchAttack } from './targets.ts';
import { enumeration, floodOf } from './tools.ts';

export const attacks: Readonly<Record<string, BenchAttack>> = {
  'SIPVicious: user names tried with INVITE': enumeration('INVITE'),
  'SIPVicious: user names tried with REGISTER': enumeration('REGISTER'),
  'SIPp: a flood of INVITEs over UDP': floodOf('uac', 300),
  'INVITEs over UDP without ACK': unansweredInvites,
  'malformed messages over UDP': brokenMessages,
  'malformed frames over WebSockets': brokenFrames,
  'INVITEs over WebSockets at the maximum rate': rapidInvites,
  'upgrades from other origins': hopefulUpgrades,
  'unfinished HTTP requests': halfRequests,
  'frames in tiny fragments': tinyFragments,
  'ICE checks with wrong keys': strangersChecks,
  ClientHellos: clientHellos,
  'RTP to every media port': packets,
};
