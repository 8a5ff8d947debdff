// The fields that describe a SIP message on the first line of a frame.

import type { Sent } from '../dialog/application.ts';
import type { Endpoint, Flow } from '../transport/transport.ts';

let stampedAt = -1;
let stamp = '';

/** `HH:MM:SS.uuuuuu`, UTC. */
export function timeOf(now: number): string {
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = `${new Date(now).toISOString().slice(11, 23)}000`;
  }
  return stamp;
}

/** As drachtio-server writes it: a WebSocket is reported as the stream below it. */
function protocolOf(flow: Flow): string {
  if (flow.transport === 'ws') return 'tcp';
  return flow.transport === 'wss' ? 'tls' : flow.transport;
}

const nowhere: Endpoint = { address: '', port: 0 };

/** `bytes|protocol|address|port|time`. */
export function sipFields(
  bytes: Buffer,
  flow: Flow | undefined,
  endpoint: Endpoint | undefined,
  now: number,
): string {
  const { address, port } = endpoint ?? nowhere;
  const protocol = flow === undefined ? '' : protocolOf(flow);
  return `${bytes.length}|${protocol}|${address}|${port === 0 ? '' : port}|${timeOf(now)}`;
}

/** The reply to a sent request. The whole message follows. */
export function sentRequest(sent: Sent, transactionId: string, now: number): string {
  const { bytes, flow } = sent;
  const endpoint = flow?.transport === 'udp' ? flow.local : flow?.remote;
  return `OK|application|${sipFields(bytes, flow, endpoint, now)}|${transactionId}|Msg sent:|`;
}

/** The reply to a sent response. */
export function sentResponse(sent: Sent, transactionId: string, dialogId: string, now: number): string {
  const { bytes, flow } = sent;
  const fields = sipFields(bytes, flow, flow?.remote, now);
  return `OK|application|${fields}|${transactionId}|${dialogId}||Msg sent:|`;
}
