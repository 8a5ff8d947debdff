// A program of the siege in a separate process, with one request at a time, or with messages from it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A busy machine takes long to start a process. */
const START_MS = 120_000;

export class Child<Message> {
  readonly #child: ChildProcess;
  readonly #name: string;
  onMessage: (message: Message) => void = () => {};

  /** `program` is a compiled file of this folder. Resolves with its first message. */
  static async start<Message>(program: string, orders: object): Promise<Child<Message>> {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const forked = fork(file, [JSON.stringify(orders)], { execArgv: ['--enable-source-maps'] });
    const child = new Child<Message>(forked, program);
    await child.#next();
    forked.on('message', message => child.onMessage(message as Message));
    return child;
  }

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  send(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /**
   * Resolves with the answer. Rejects with the child's error, or when the child has ended or does not answer.
   */
  async ask<Value>(message: object, withinMs = 60_000): Promise<Value> {
    const answer = this.#next(withinMs);
    this.send(message);
    const { value, error } = (await answer) as { value: Value; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Ends only this process. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(impatient);
  }

  async #next(withinMs = START_MS): Promise<unknown> {
    const over = new AbortController();
    const { signal } = over;
    const ended = once(this.#child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`${this.#name} ended with ${by ?? `code ${code}`}`);
    });
    const timer = setTimeout(
      () => over.abort(new Error(`${this.#name} sent nothing for ${withinMs / 1000} s`)),
      withinMs,
    );
    try {
      const [message] = await Promise.race([once(this.#child, 'message', { signal }), ended]);
      return message;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      ended.catch(() => {});
      over.abort();
    }
  }
}
