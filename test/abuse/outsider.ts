// An attacker beside the WebSocket: speaks to the engine's own ports, which are there for PBXs.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { Siege } from './siege.ts';

export interface Outsider {
  /** What came back, datagram by datagram or chunk by chunk. */
  readonly heard: readonly string[];
  /** By its own account, for a Via: `SIP/2.0/TCP 127.0.0.1:port`. */
  readonly via: string;
  send(text: string): void;
  /** Says so much and is gone before any answer. */
  sendAndLeave(text: string): void;
}

/** `port`: where it speaks from; any free one unless told. */
export async function outsider(
  context: TestContext,
  siege: Siege,
  transport: 'udp' | 'tcp',
  port = 0,
): Promise<Outsider> {
  const heard: string[] = [];
  const door = siege.door(transport);
  if (transport === 'udp') {
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    socket.on('message', bytes => heard.push(String(bytes)));
    const send = (text: string) => socket.send(text, door, '127.0.0.1');
    return { heard, via: `SIP/2.0/UDP 127.0.0.1:${socket.address().port}`, send, sendAndLeave: send };
  }
  const socket = connect({ port: door, host: '127.0.0.1', localPort: port });
  await once(socket, 'connect');
  context.after(() => socket.destroy());
  socket.on('error', () => {}).on('data', bytes => heard.push(String(bytes)));
  return {
    heard,
    via: `SIP/2.0/TCP 127.0.0.1:${socket.localPort}`,
    send: text => void socket.write(text),
    sendAndLeave: text => void socket.end(text),
  };
}

/** A request that belongs to no dialog. */
export function stray(method: string, uri: string, via: string, body = ''): string {
  const id = Math.random().toString(36).slice(2);
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${via};branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `To: <${uri}>`,
    `From: <sip:a@b.example>;tag=${id}`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    'Contact: <sip:a@b.example>',
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
