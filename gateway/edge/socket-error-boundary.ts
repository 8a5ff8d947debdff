// An error boundary around one WebSocket: when a listener of the edge or of the engine throws, only this connection ends.
// ws calls listeners while it reads from the network, where no code catches an exception.

import type { WebSocket } from 'ws';
import type { Faults } from '../observe/faults.ts';

export function guardSocket(socket: WebSocket, faults: Faults): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...values: unknown[]) => {
    let handled = true;
    faults.contain(
      `WebSocket ${String(event)}`,
      () => {
        handled = emit(event, ...values);
      },
      () => socket.terminate(),
    );
    return handled;
  };
}
