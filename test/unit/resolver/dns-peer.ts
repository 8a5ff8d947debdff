// A DNS server controlled by the test: the test composes the reply to each datagram.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import dns, { type Answer, type DecodedPacket, type Packet } from 'dns-packet';

export interface ReceivedQuery {
  readonly query: DecodedPacket;
  readonly bytes: Buffer;
  readonly from: RemoteInfo;
  /** Sends bytes from the server's own socket, or from another one. */
  send(bytes: Buffer, over?: Socket): void;
}

export interface DnsPeer {
  readonly address: string;
  readonly port: number;
  readonly heard: ReceivedQuery[];
}

export async function dnsPeer(
  test: TestContext,
  answer: (heard: ReceivedQuery, count: number) => void,
): Promise<DnsPeer> {
  const socket = createSocket('udp4');
  const heard: ReceivedQuery[] = [];
  socket.on('message', (bytes, from) => {
    const send = (reply: Buffer, over = socket) => over.send(reply, from.port, from.address);
    const one = { query: dns.decode(bytes), bytes, from, send };
    heard.push(one);
    answer(one, heard.length);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  test.after(() => socket.close());
  return { address: '127.0.0.1', port: socket.address().port, heard };
}

/** A correct answer to `query`, except for `more`. */
export function answerTo(
  query: DecodedPacket,
  answers: readonly Answer[],
  more: Partial<Packet> = {},
): Buffer {
  const { id, questions } = query;
  return dns.encode({
    type: 'response',
    ...(id !== undefined && { id }),
    ...(questions && { questions }),
    answers: [...answers],
    ...more,
  });
}

export function addressRecord(name: string, data: string, ttl = 60): Answer {
  return { name, type: 'A', class: 'IN', ttl, data };
}
