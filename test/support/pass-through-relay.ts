// A media relay that carries nothing: SDP crosses unchanged. For tests and benches of signalling alone.

import {
  emptyReport,
  type Leg,
  type MediaEvent,
  type MediaRelay,
  type MediaReport,
  type OneWayCause,
} from '../../gateway/media/relay.ts';

export class PassThroughRelay implements MediaRelay {
  readonly #open = new Set<string>();
  readonly #listeners: ((event: MediaEvent) => void)[] = [];

  async offer(call: string, _from: unknown, sdp: string): Promise<string> {
    this.#open.add(call);
    return sdp;
  }

  async answer(_call: string, _from: unknown, sdp: string): Promise<string> {
    return sdp;
  }

  async echo(call: string, sdp: string): Promise<string> {
    this.#open.add(call);
    return sdp;
  }

  async close(call: string): Promise<MediaReport> {
    this.#open.delete(call);
    return emptyReport;
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells of an event for every call that is open. */
  emit(
    event:
      | { type: 'connected' | 'lost' }
      | { type: 'failed'; reason: string }
      | { type: 'silent'; leg: Leg; silentMs: number }
      | { type: 'one-way'; leg: Leg; cause: OneWayCause; forMs: number }
      | { type: 'one-way-over'; leg: Leg; cause: OneWayCause },
  ): void {
    for (const call of this.#open) for (const listener of this.#listeners) listener({ ...event, call });
  }

  async counts(): Promise<{ calls: number; ports: number; draining: number }> {
    return { calls: this.#open.size, ports: 0, draining: 0 };
  }

  async shutdown(): Promise<void> {}
}
