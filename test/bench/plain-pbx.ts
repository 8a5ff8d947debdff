// A PBX that answers everything immediately and keeps no state, to cost as little as possible.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface PlainPbx {
  readonly port: number;
  /** Called with the Call-ID of each INVITE when it arrives. */
  onInvite: ((user: string) => void) | undefined;
  /** Called with the source port of each INVITE. */
  onSource: ((port: number) => void) | undefined;
  close(): void;
}

export async function startPlainPbx(address: string, sdp: string, at = 0): Promise<PlainPbx> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.bind(at, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  const pbx: PlainPbx = { port, onInvite: undefined, onSource: undefined, close: () => socket.close() };

  socket.on('message', (bytes, peer) => {
    const text = bytes.toString('latin1');
    const method = text.slice(0, text.indexOf(' '));
    if (method === 'ACK' || method === 'SIP/2.0') return;
    const send = (status: string, body = '') =>
      socket.send(respond(text, status, body, address, port), peer.port, peer.address);
    if (method === 'INVITE') {
      pbx.onSource?.(peer.port);
      pbx.onInvite?.(text.slice(11, text.indexOf('@')));
      send('180 Ringing');
      send('200 OK', sdp);
    } else {
      send('200 OK');
    }
  });
  return pbx;
}

function respond(request: string, status: string, body: string, address: string, port: number): string {
  const lines = [`SIP/2.0 ${status}`];
  for (const line of request.slice(0, request.indexOf('\r\n\r\n')).split('\r\n')) {
    if (/^(via|from|call-id|cseq):/i.test(line)) lines.push(line);
    else if (/^to:/i.test(line)) lines.push(/;tag=/.test(line) ? line : `${line};tag=pbx`);
  }
  lines.push(`Contact: <sip:pbx@${address}:${port}>`);
  if (body) lines.push('Content-Type: application/sdp');
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`, '', body);
  return lines.join('\r\n');
}
