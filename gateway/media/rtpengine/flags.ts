// The flags of rtpengine's ng protocol for offers and answers. All flags are valid in 10.5 too, which ignores
// unknown ones.

const common = {
  // No SRTP key in SDP (RFC 4568): DTLS only.
  SDES: ['off'],
  // Packets from other addresses than the agreed one are not accepted. A PBX's RTP may leave from another
  // port than its SDP names, and then from another address (NAT): rtpengine prefers the source nearest to the
  // SDP, and keeps the source that it has found.
  'endpoint-learning': 'heuristic',
  flags: ['trust-address', 'strict-source', 'no-rtcp-attribute', 'strip-extmap', 'generate-mid'],
  replace: ['origin'],
  // Set in both directions: with the flag in the answer alone, 10.5 keeps DTLS enabled.
  DTLS: 'passive',
  bundle: ['accept'],
};

export const fromBrowser = { 'from-tag': 'browser', 'to-tag': 'pbx' };
export const fromPbx = { 'from-tag': 'pbx', 'to-tag': 'browser' };

/** For an offer or answer that goes to the PBX, and therefore comes from the browser. */
export const toPbx = {
  ...common,
  'transport-protocol': 'RTP/AVP',
  ICE: 'remove',
  // Toward the browser: rtpengine waits for checks and sends nothing before.
  'ICE-lite': 'backward',
  'rtcp-mux': ['demux'],
};

export const toBrowser = {
  ...common,
  'transport-protocol': 'UDP/TLS/RTP/SAVPF',
  ICE: 'force',
  'ICE-lite': 'forward',
  'rtcp-mux': ['accept', 'offer'],
  bundle: ['accept', 'offer'],
};
