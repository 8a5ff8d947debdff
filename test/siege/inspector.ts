// The gateway's heap by node's inspector: its size after a collection, and the stack of a process that does
// not answer any more. Does not change the product's code.

import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Frame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  /** URLs by script. */
  readonly #scripts = new Map<string, string>();
  #last = 0;
  #paused: (frames: readonly Frame[]) => void = () => {};

  /** `url`: as node prints it after "Debugger listening on". */
  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', data => {
      const { id, result, method, params } = JSON.parse(String(data));
      if (method === 'Debugger.scriptParsed') this.#scripts.set(params.scriptId, params.url);
      if (method === 'Debugger.paused') this.#paused(params.callFrames);
      const take = this.#waiting.get(id);
      this.#waiting.delete(id);
      take?.(result);
    });
  }

  /**
   * JavaScript's heap and external buffers after a collection; undefined when the process does not answer.
   */
  async heapBytes(): Promise<number | undefined> {
    // Objects found dead by the first collection may hold others until their finalizers have run.
    for (let count = 0; count < 2; count++) await this.#ask('HeapProfiler.collectGarbage', 20_000);
    const usage = (await this.#ask('Runtime.getHeapUsage', 5_000)) as
      | { usedSize: number; backingStorageSize?: number }
      | undefined;
    return usage && usage.usedSize + (usage.backingStorageSize ?? 0);
  }

  /**
   * The stack of the thread, innermost first. Empty when the thread cannot be stopped, as during a native
   * call.
   */
  async stack(): Promise<string[]> {
    const paused = new Promise<readonly Frame[]>(resolve => {
      this.#paused = resolve;
      setTimeout(() => resolve([]), 10_000).unref();
    });
    void this.#ask('Debugger.enable', 10_000);
    void this.#ask('Debugger.pause', 10_000);
    const frames = await paused;
    return frames.slice(0, 8).map(({ functionName, location: { scriptId, lineNumber } }) => {
      const file = this.#scripts.get(scriptId)?.replace(/^.*\/(?=node_modules|dist)/, '') ?? '?';
      return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #ask(method: string, withinMs: number): Promise<unknown> {
    const id = ++this.#last;
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(undefined), withinMs);
      this.#waiting.set(id, result => {
        clearTimeout(timer);
        resolve(result);
      });
      if (this.#socket.readyState === WebSocket.OPEN)
        this.#socket.send(JSON.stringify({ id, method, params: {} }));
    });
  }
}
