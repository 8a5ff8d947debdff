// An attacker that sends SIP directly to the engine's ports for PBXs, not over a WebSocket.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { Siege } from './siege.ts';

export interface DirectSipClient {
  /** Received datagrams or chunks. */
  readonly heard: readonly string[];
  /** Its Via value: `SIP/2.0/TCP 127.0.0.1:port`. */
  readonly via: string;
  send(text: string): void;
  /** Sends the text and closes before any answer. */
  sendAndLeave(text: string): void;
}

/** `port`: the source port. Default: any free one. */
export async function directSipClient(
  context: TestContext,
  siege: Siege,
  transport: 'udp' | 'tcp',
  port = 0,
): Promise<DirectSipClient> {
  const heard: string[] = [];
  const enginePort = siege.sipPort(transport);
  if (transport === 'udp') {
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    socket.on('message', bytes => heard.push(String(bytes)));
    const send = (text: string) => socket.send(text, enginePort, '127.0.0.1');
    return { heard, via: `SIP/2.0/UDP 127.0.0.1:${socket.address().port}`, send, sendAndLeave: send };
  }
  const socket = connect({ port: enginePort, host: '127.0.0.1', localPort: port });
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

/** A request outside of any dialog. */
export function outOfDialogRequest(method: string, uri: string, via: string, body = ''): string {
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
