// What rtpengine is asked to do with SDP, in words of its ng protocol. Everything there is legal in 10.5 too, which
// ignores what it does not know.

const common = {
  // No key of ours in SDP (RFC 4568): DTLS or nothing.
  SDES: ['off'],
  // Packets of other addresses than agreed on enter no call. A PBX's RTP may leave from another port than its SDP names,
  // and then from another address (NAT): rtpengine prefers what is nearest to the SDP, and stays with what it has found.
  'endpoint-learning': 'heuristic',
  flags: ['trust-address', 'strict-source', 'no-rtcp-attribute', 'strip-extmap', 'generate-mid'],
  replace: ['origin'],
  // Said in both directions: in the answer alone, 10.5 leaves DTLS standing.
  DTLS: 'passive',
  bundle: ['accept'],
};

export const fromBrowser = { 'from-tag': 'browser', 'to-tag': 'pbx' };
export const fromPbx = { 'from-tag': 'pbx', 'to-tag': 'browser' };

/** Of an offer or answer that goes on to the PBX, and thus came from the browser. */
export const toPbx = {
  ...common,
  'transport-protocol': 'RTP/AVP',
  ICE: 'remove',
  // Toward the browser: it waits to be checked and sends nothing before.
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
