// A flow whose peer is the test. It records what was sent and when.

import type { SipMessage } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import type { Clock } from '../../../../gateway/engine/transaction/timers.ts';
import type { Endpoint, Flow, TransportName } from '../../../../gateway/engine/transport/transport.ts';

export class RecordingFlow implements Flow {
  readonly transport: TransportName;
  readonly local: Endpoint = { address: '192.0.2.1', port: 5060 };
  readonly remote: Endpoint;
  closed = false;
  /** What was sent, and when, in ms. */
  readonly sent: { at: number; message: SipMessage }[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock, transport: TransportName = 'udp', remote = { address: '192.0.2.9', port: 5060 }) {
    this.#clock = clock;
    this.transport = transport;
    this.remote = remote;
  }

  get reliable(): boolean {
    return this.transport !== 'udp';
  }

  get times(): number[] {
    return this.sent.map(({ at }) => at);
  }

  /** Methods and statuses, in order. */
  get summary(): (string | number)[] {
    return this.sent.map(({ message }) => (message.kind === 'request' ? message.method : message.status));
  }

  send(bytes: Buffer): void {
    const message = parseMessage(bytes);
    if (message.kind === 'failure') throw new Error(message.reason);
    this.sent.push({ at: this.#clock.now(), message });
  }

  close(): void {
    this.closed = true;
  }
}
