// Causes that show in the media, and in the gateway itself.

import type { CauseEntry } from './entry.ts';

export const gatewayCauses = {
  // Sound.
  'visitor-network-blocks-media': {
    outcome: 'media-failed',
    side: 'visitor-network',
    says: 'No sound could be connected between the browser and the gateway ({detail})',
    mend: 'Where this happens to all visitors: open media.browserPort of the gateway for UDP and TCP at its firewall; name TURN servers in turn for networks that block both',
  },
  'visitor-lost': {
    outcome: 'answered',
    side: 'visitor-network',
    says: 'The browser was lost during the call and did not come back',
  },
  'no-sound-from-pbx': {
    outcome: 'answered',
    side: 'pbx',
    says: 'The call was answered and no sound arrived from {server}',
    mend: 'Let UDP from the PBX reach the media ports of the gateway, {ports}: at the firewalls of both machines; a PBX behind a NAT needs its public address (chan_pjsip: external_media_address), or its network in media.symmetricRtp',
  },
  'no-sound-to-pbx': {
    outcome: 'answered',
    side: 'pbx',
    says: 'The call was answered and {server} received no sound',
    mend: 'Let UDP from the gateway, sent from {ports}, reach the media ports of the PBX (Asterisk: rtp.conf, usually 10000-20000): at the firewalls of both machines',
  },
  'no-sound-from-visitor': {
    outcome: 'answered',
    side: 'visitor',
    says: 'The call was answered and the browser of the visitor sent no sound, though it was connected',
    mend: 'Where this happens to many visitors: see in the console of the page whether a script of the page takes the microphone away',
  },
  'no-sound-to-visitor': {
    outcome: 'answered',
    side: 'visitor-network',
    says: 'The call was answered and the browser of the visitor received no sound, though the gateway sent it',
    mend: 'Where this happens to all visitors: let UDP and TCP from media.browserPort of the gateway out at its firewall',
  },
  'pbx-lost': {
    outcome: 'answered',
    side: 'pbx',
    says: '{server} stopped sending and did not know the call any longer',
    mend: 'Look into the log of the PBX: it was restarted, or the network to it broke',
  },

  // The gateway itself.
  'setup-slow': {
    outcome: 'setup-too-slow',
    side: 'gateway',
    says: 'DNS and the media relay took longer than {seconds} s',
    mend: 'Look at the load of the gateway, and at how fast the servers of dns.servers answer',
  },
  'relay-failed': {
    outcome: 'relay-failed',
    side: 'gateway',
    says: 'The media relay could not carry the call ({detail})',
    mend: 'Look into the log of the gateway and of its rtpengines at this time',
  },
  'relay-full': {
    outcome: 'out-of-capacity',
    side: 'gateway',
    says: 'The media relay takes no further call ({detail})',
    mend: 'Widen media.pbxPorts, or add an rtpengine; the log of the gateway has the reason',
  },
  'out-of-capacity': {
    outcome: 'out-of-capacity',
    side: 'gateway',
    says: 'The gateway has as many calls as it may have, or is short of files, memory or time',
    mend: 'Raise limits.calls, or give the machine what the log names as exhausted',
  },
  'store-unavailable': {
    outcome: 'store-unavailable',
    side: 'gateway',
    says: 'The store of the quotas and calls failed, so that the gateway could not check the limits of the call',
    mend: 'Look into the log of the gateway: it has the error of the store',
  },
  'engine-away': {
    outcome: 'engine-away',
    side: 'gateway',
    says: 'The SIP engine is not connected',
    mend: 'Start the drachtio-server that engine names in the configuration',
  },
  'engine-full': {
    outcome: 'out-of-capacity',
    side: 'gateway',
    says: 'The SIP engine takes no further request ({detail})',
    mend: 'Lower limits.calls, or divide the visitors among more gateways',
  },
  stopping: { outcome: 'stopping', side: 'gateway', says: 'The gateway is stopping' },
  internal: {
    outcome: 'internal',
    side: 'gateway',
    says: 'The gateway failed; its log has the error',
    mend: 'Report the error with its lines of the log',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
