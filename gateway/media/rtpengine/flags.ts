// The flags of rtpengine's ng protocol for offers and answers. All flags are valid in 10.5 too, which ignores
// unknown ones.

const common = {
  // No SRTP key in SDP (RFC 4568): DTLS only.
  SDES: ['off'],
  // Packets from other addresses than the agreed one are dropped. The gateway finds the source of a PBX whose
  // RTP leaves from another port (pbx-sources.ts).
  'endpoint-learning': 'off',
  flags: ['trust-address', 'strict-source', 'no-rtcp-attribute', 'strip-extmap', 'generate-mid'],
  replace: ['origin'],
  // Set in both directions: with the flag in the answer alone, 10.5 keeps DTLS enabled.
  DTLS: 'passive',
  bundle: ['accept'],
};

/**
 * For a probe: rtpengine learns a source on each line whose address differs from the last one. It prefers other
 * ports of that address to other hosts.
 */
export const learning = { 'endpoint-learning': 'heuristic' };

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
  // Another address of the PBX does not change the port that rtpengine has toward the PBX.
  flags: [...common.flags, 'port-latching'],
  'transport-protocol': 'UDP/TLS/RTP/SAVPF',
  ICE: 'force',
  'ICE-lite': 'forward',
  'rtcp-mux': ['accept', 'offer'],
  bundle: ['accept', 'offer'],
};
