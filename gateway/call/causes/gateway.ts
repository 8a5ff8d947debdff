// Causes that show in the media, in the gateway itself and in the tokens of a site.

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
    mend: 'Let UDP from the PBX reach the media ports of the gateway, {ports}: at the firewalls of both machines; a PBX behind a NAT needs its public address (chan_pjsip: external_media_address)',
  },
  'no-sound-to-pbx': {
    outcome: 'answered',
    side: 'pbx',
    says: 'The call was answered and {server} received no sound',
    mend: 'Let UDP from the gateway, sent from {ports}, reach the media ports of the PBX (Asterisk: rtp.conf, usually 10000-20000): at the firewalls of both machines',
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
    mend: 'Raise limits.calls, or give the machine what the log says is running out',
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

  // Tokens of the site.
  'token-bad': {
    outcome: 'token-refused',
    side: 'owner',
    says: 'The token of the page is not signed with the key that the configuration names',
    mend: "Have the site's server sign with the key of tokens in the configuration; give gateways behind one name the same tokens.secret",
  },
  'token-expired': {
    outcome: 'token-refused',
    side: 'owner',
    says: 'The token of the page had expired before it was shown',
    mend: "Set the clocks of the site's server and of the gateway; keep tokens out of every cache (Cache-Control: no-store)",
  },
  'token-not-yet-valid': {
    outcome: 'token-refused',
    side: 'owner',
    says: 'The token of the page is not valid yet, or is valid for longer than 300 s',
    mend: "Set the clock of the site's server, which is ahead of that of the gateway; let exp be at most 300 s after now",
  },
  'token-of-another-page': {
    outcome: 'token-refused',
    side: 'owner',
    says: 'The token of the page is for another origin than that of the page',
    mend: "Have the site's server write the origin of the page, such as https://www.mysite.ru, into the claim origin",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
