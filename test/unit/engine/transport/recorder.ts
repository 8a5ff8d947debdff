// A FlowUser that records its events, and returns promises of future ones.

import type { Flow, FlowUser } from '../../../../gateway/engine/transport/transport.ts';

export interface Received {
  readonly text: string;
  readonly flow: Flow;
}

export interface Closed {
  readonly flow: Flow;
  readonly error: Error | undefined;
}

export class Recorder implements FlowUser {
  readonly messages: Received[] = [];
  readonly closings: Closed[] = [];
  readonly #waiting: { ready(): boolean; resolve(): void }[] = [];

  guard(work: () => void): boolean {
    work();
    return true;
  }

  received(message: Buffer, flow: Flow): void {
    this.messages.push({ text: message.toString(), flow });
    this.#notify();
  }

  flowClosed(flow: Flow, error?: Error): void {
    this.closings.push({ flow, error });
    this.#notify();
  }

  /** The nth message (from 1), as soon as it is there. */
  async message(count = 1): Promise<Received> {
    await this.#until(() => this.messages.length >= count);
    return this.messages[count - 1]!;
  }

  async closing(count = 1): Promise<Closed> {
    await this.#until(() => this.closings.length >= count);
    return this.closings[count - 1]!;
  }

  #until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise(resolve => this.#waiting.push({ ready, resolve }));
  }

  #notify(): void {
    for (const waiting of this.#waiting) if (waiting.ready()) waiting.resolve();
  }
}

/** A small complete message, identified by `name`. */
export function sip(name: string, body = ''): string {
  return `OPTIONS sip:${name}@example.com SIP/2.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export const codeOf = (error: Error | undefined): unknown => (error as { code?: unknown } | undefined)?.code;
