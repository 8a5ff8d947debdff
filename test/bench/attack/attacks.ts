// What strangers do to a gateway, in the order in which it is told of. Each attack comes from an address of its own on
// loopback, at a rate that leaves the processor to the gateway, and minds nothing that is answered.

import { halfRequests, hopefulUpgrades, tinyFragments } from './http-attacks.ts';
import { clientHellos, packets, strangersChecks } from './media-attacks.ts';
import { brokenFrames, brokenMessages, rapidInvites, unansweredInvites } from './signalling-attacks.ts';
import type { Attack } from './targets.ts';
import { enumeration, floodOf } from './tools.ts';

export const attacks: Readonly<Record<string, Attack>> = {
  'SIPVicious: names tried by INVITE': enumeration('INVITE'),
  'SIPVicious: names tried by REGISTER': enumeration('REGISTER'),
  'SIPp: a flood of INVITEs over UDP': floodOf('uac', 300),
  'INVITEs over UDP, none of them acknowledged': unansweredInvites,
  'broken messages over UDP': brokenMessages,
  'broken frames over WebSockets': brokenFrames,
  'INVITEs over WebSockets, as fast as they go': rapidInvites,
  'upgrades of other origins': hopefulUpgrades,
  'requests that never end': halfRequests,
  'frames in tiny fragments': tinyFragments,
  'checks of ICE with wrong keys': strangersChecks,
  ClientHellos: clientHellos,
  'RTP to every media port': packets,
};
