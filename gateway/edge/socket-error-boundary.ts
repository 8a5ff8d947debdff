// An error boundary around one WebSocket: whichever of its listeners throws, the edge's or the engine's, this connection
// ends and nothing else does. ws calls listeners while it reads from the network, where no code catches an exception.

import type { WebSocket } from 'ws';
import type { Faults } from '../observe/faults.ts';

export function guardSocket(socket: WebSocket, faults: Faults): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...values: unknown[]) => {
    let heard = true;
    faults.contain(
      `WebSocket ${String(event)}`,
      () => {
        heard = emit(event, ...values);
      },
      () => socket.terminate(),
    );
    return heard;
  };
}
