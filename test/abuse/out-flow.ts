// Records the destination of every datagram and connection of the main thread. The workers of the media relay run in other
// threads; the bystanders detect what these send.

import { Socket as UdpSocket } from 'node:dgram';
import { Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** `address:port` of everything sent to from now until the test ends, but for what leaves by one of our ports. */
export function watchOutFlow(context: TestContext): { to(exceptFrom: readonly number[]): string[] } {
  const seen = new Map<string, { from: number | undefined; to: string }>();
  const note = (from: number | undefined, address: unknown, port: unknown) => {
    const to = `${address}:${port}`;
    seen.set(`${from} ${to}`, { from, to });
  };
  hook(context, UdpSocket.prototype, 'send', (socket: UdpSocket, args) => {
    // send(bytes, port, address) or send(bytes, offset, length, port, address); a connected socket has no address argument.
    const [port, address] = typeof args[2] === 'number' ? args.slice(3) : args.slice(1);
    if (typeof port === 'number') note(socket.address().port, address, port);
  });
  hook(context, UdpSocket.prototype, 'connect', (_socket: UdpSocket, [port, address]) =>
    note(undefined, address, port),
  );
  hook(context, Socket.prototype, 'connect', (_socket: Socket, [first, host]) => {
    const options = Array.isArray(first) ? first[0] : first;
    if (typeof options === 'object') note(undefined, options.host, options.port);
    else note(undefined, host, options);
  });
  return {
    to: exceptFrom => {
      const theirs = [...seen.values()].filter(({ from }) => !from || !exceptFrom.includes(from));
      return [...new Set(theirs.map(({ to }) => to))];
    },
  };
}

function hook<T>(
  context: TestContext,
  prototype: object,
  name: string,
  note: (socket: T, args: unknown[]) => void,
): void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[name] as (...args: unknown[]) => unknown;
  methods[name] = function (this: T, ...args: unknown[]) {
    note(this, args);
    return original.apply(this, args);
  };
  context.after(() => {
    methods[name] = original;
  });
}
