// One-way sound, in the owner's words: what does not arrive, and what most likely keeps it away.

import type { Leg, OneWayCause } from '../media/relay.ts';

const words: Readonly<Record<Leg, Readonly<Record<OneWayCause, string>>>> = {
  pbx: {
    'sends-nothing':
      'One-way sound: no RTP comes from the PBX. Check that its firewall lets RTP out to media.pbxPorts, and media.symmetricRtp if it is behind NAT',
    'hears-nothing':
      "One-way sound: the PBX reports that no RTP of this gateway arrives. Check that its firewall lets RTP in from the gateway's media.pbxPorts",
  },
  browser: {
    'sends-nothing': "One-way sound: no media comes from the visitor's browser, though it is connected",
    'hears-nothing': "One-way sound: the visitor's browser reports that no media of this gateway arrives",
  },
};

export function oneWayWords(leg: Leg, cause: OneWayCause): string {
  return words[leg][cause];
}
