// Causes that a PBX gives by its answer: a SIP status, or a session description that is of no use.

import type { CauseEntry } from './entry.ts';

export const pbxCauses = {
  // No fault.
  cancelled: { outcome: 'cancelled', says: 'The visitor ended the call before it was answered' },
  busy: { outcome: 'busy', says: 'The PBX says that the line is busy ({status})' },
  declined: { outcome: 'declined', says: 'The PBX says that the call was declined ({status})' },
  'no-answer': { outcome: 'no-answer', says: 'The telephone was not answered' },

  // What the PBX says.
  'phone-unavailable': {
    outcome: 'no-answer',
    side: 'pbx',
    says: '{server} answers {status} without ringing: the telephone of {user} is switched off, unplugged or not registered',
    mend: 'Connect the telephone of {user}, or see at the PBX why it is not registered (Asterisk: pjsip show contacts, sip show peers)',
  },
  'pbx-lacks-user': {
    outcome: 'not-found',
    side: 'pbx',
    says: '{server} answers {status}: where guests arrive it has no extension {user}',
    mend: 'Add {user} to the context of the PBX in which guests arrive, as `sip-call pbx` writes it; have the PBX answer 480 for a telephone that is only switched off',
  },
  'pbx-asks-password': {
    outcome: 'challenged-by-pbx',
    side: 'pbx',
    says: '{server} answers {status}: it asks for a password and lets no guests in',
    mend: 'Add the endpoint for guests that `sip-call pbx` writes (chan_pjsip: [anonymous]; chan_sip: allowguest=yes), or one for the address of this gateway without a password',
  },
  'pbx-forbids': {
    outcome: 'refused-by-pbx',
    side: 'pbx',
    says: '{server} answers {status}: it does not let the call of a guest in',
    mend: 'Let calls from this gateway into the context for guests that `sip-call pbx` writes; look for an access list or a ban of its address at the PBX',
  },
  'pbx-refuses-anonymous': {
    outcome: 'refused-by-pbx',
    side: 'pbx',
    says: '{server} answers {status}: it takes no anonymous callers',
    mend: 'Let anonymous callers into the context for guests: visitors have no number',
  },
  'pbx-redirects': {
    outcome: 'redirected-by-pbx',
    side: 'pbx',
    says: '{server} answers {status}: it redirects the call, which the gateway does not follow',
    mend: 'Have the PBX make the forwarded call itself (Asterisk: Dial in place of Transfer); switch off call forwarding in the telephone of {user}',
  },
  'pbx-refuses-codecs': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answers {status}: it takes none of the codecs offered, {offered}; it takes: {takes}',
    mend: 'Allow one of {offered} for guests and for the telephone of {user} (Asterisk: allow=alaw,ulaw); where the PBX has G.729 alone, name an rtpengine in media.rtpengine, which converts it',
  },
  'pbx-asks-extension': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answers {status}: it and the gateway do not agree on SIP extensions: {extensions}',
    mend: 'Do not demand these extensions of guests at the PBX (Asterisk: 100rel=yes and timers=yes, not required)',
  },
  'pbx-loops': {
    outcome: 'refused-by-pbx',
    side: 'pbx',
    says: '{server} answers {status}: the call comes back to where it has been',
    mend: 'Have the PBX treat {domain} as its own domain; it sends calls to {user} on to where DNS leads, which is itself',
  },
  'pbx-takes-no-calls': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} answers {status}: it takes no calls now',
    mend: 'Look into the log of the PBX for this call: it is overloaded, still starting, or has no way to the telephone of {user}',
  },
  'pbx-fails': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} answers {status}: the call failed inside the PBX',
    mend: 'Look into the log of the PBX for this call',
  },
  'pbx-refuses': {
    outcome: 'refused-by-pbx',
    side: 'pbx',
    says: '{server} refuses the call with {status}',
    mend: 'Look into the log of the PBX for this call',
  },
  'pbx-answers-oddly': {
    outcome: 'pbx-failed',
    side: 'pbx',
    says: '{server} answers {status}, which makes no call',
    mend: 'Have the PBX answer an INVITE with 200 and a Contact',
  },
  'pbx-hung-up-early': {
    outcome: 'no-answer',
    side: 'pbx',
    says: '{server} answered the call and ended it before the visitor could be connected',
  },

  // The session description of the PBX's answer.
  'sdp-no-common-codec': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answered with none of the codecs that it was offered ({detail})',
    mend: 'Allow one of {offered} for guests and for the telephone of {user} (Asterisk: allow=alaw,ulaw)',
  },
  'sdp-no-address': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answered without an address to which sound can be sent ({detail})',
    mend: 'Set the address of the PBX for media (chan_pjsip: media_address, external_media_address; chan_sip: externaddr), or give the gateway an address of the family that the PBX names (address)',
  },
  'sdp-address-not-allowed': {
    outcome: 'not-acceptable',
    side: 'owner',
    says: '{server} wants sound sent to where the gateway may not send ({detail})',
    mend: 'A PBX behind a NAT has to announce its public address (chan_pjsip: external_media_address; chan_sip: externaddr); for one inside your network, name the network of its media in dns.allow',
  },
  'sdp-malformed': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answered with a session description that cannot be read ({detail})',
    mend: 'Look at the SDP in the answer of the PBX (Asterisk: pjsip set logger on); report it to its vendor',
  },
  'sdp-unusable': {
    outcome: 'not-acceptable',
    side: 'pbx',
    says: '{server} answered with a session description that cannot be used ({detail})',
    mend: 'Compare the codecs and addresses in the answer of the PBX (Asterisk: pjsip set logger on) with what it was offered: {offered}',
  },
  'visitor-lacks-codecs': {
    outcome: 'bad-request',
    side: 'visitor',
    says: '{server} takes none of the codecs in the offer of the browser, which offers {offered}, without {missing}, which every browser has (RFC 7874); {server} takes: {takes}',
    mend: 'Where this happens to many visitors: look for a script of the page that removes codecs from the offer',
  },
  'visitor-offer-unusable': {
    outcome: 'bad-request',
    side: 'visitor',
    says: 'The browser offered a session that cannot be bridged ({detail})',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
