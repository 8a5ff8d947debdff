// One question to one DNS server, over UDP or TCP: sends it, waits, matches the answer. Packets from other addresses
// and packets that do not match the question are ignored (RFC 5452 9). Must not try other servers or retry.

import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { type DnsReply, maxReplyBytes, type Query, readReply } from './dns-message.ts';

export interface DnsServerAddress {
  /** IPv4 or IPv6 literal. */
  readonly address: string;
  readonly port: number;
}

/**
 * Each question has its own connected socket. The system picks a random source port (RFC 5452 9.2), the kernel drops
 * packets from other addresses, and a closed port is reported. Rejects with the socket's error, or when aborted.
 */
export function askOverUdp(server: DnsServerAddress, query: Query, signal: AbortSignal): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    let over = false;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', stop);
      socket.close();
      settle();
    };
    const fail = (error: unknown) => end(() => reject(error));
    const stop = () => fail(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('error', fail);
    socket.on('message', bytes => {
      const reply = readReply(bytes, query);
      if (reply) end(() => resolve(reply));
    });
    socket.connect(server.port, server.address, ((error?: Error) => {
      if (over) return;
      if (error) fail(error);
      else socket.send(query.bytes, error => error && fail(error));
    }) as () => void);
  });
}

/** RFC 1035 4.2.2, RFC 7766: for answers that are too large for a datagram. */
export function askOverTcp(server: DnsServerAddress, query: Query, signal: AbortSignal): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    let received = Buffer.alloc(0);
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      settle();
    };
    const fail = (error: unknown) => end(() => reject(error));
    const stop = () => fail(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('closed by the DNS server')));
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.bytes.length);
      socket.write(Buffer.concat([length, query.bytes]));
    });
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (length > maxReplyBytes) return fail(new Error('the answer is too long'));
      if (received.length < 2 + length) return;
      const reply = readReply(received.subarray(2, 2 + length), query);
      if (reply) end(() => resolve(reply));
      else fail(new Error('no answer to the question'));
    });
  });
}
