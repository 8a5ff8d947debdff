// Redirects the output of libraries and of node itself into the log. Otherwise a library that prints an unparsable
// message would let a visitor write log lines. Of each write only the start of the first line is logged, because the
// rest may be a SIP message with keys. Must not depend on any library.

import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Log } from './log.ts';
import { boundedText } from './log-limits.ts';

const WINDOW_MS = 60_000;
const MOST_A_WINDOW = 20;
const MOST_CHARACTERS = 200;

type Stream = 'stdout' | 'stderr';

/**
 * Replaces `console`, `process.stdout`, `process.stderr` and node's warnings until the returned function is called. If
 * the variable DEBUG is set, `process.stderr` stays, because the owner asked for that output; it is then not part of
 * the log.
 */
export function captureLibraryOutput(log: Log, env: NodeJS.ProcessEnv = process.env): () => void {
  const output = new OutputLimiter(log);
  const stdout = output.sink('stdout');
  const stderr = output.sink('stderr');
  const restorers = [
    replaced(process, 'stdout', stdout),
    ...(env.DEBUG ? [] : [replaced(process, 'stderr', stderr)]),
    replaced(globalThis, 'console', new Console({ stdout, stderr, colorMode: false })),
  ];
  const before = process.listeners('warning');
  process.removeAllListeners('warning');
  const warned = (warning: Error) => output.take('stderr', `${warning.name}: ${warning.message}`);
  process.on('warning', warned);
  return () => {
    process.off('warning', warned);
    for (const listener of before) process.on('warning', listener);
    for (const restore of restorers) restore();
  };
}

/** Logs a limited number of lines per minute, and the number of omitted ones. */
class OutputLimiter {
  readonly #log: Log;
  #taken = 0;
  #omitted = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  sink(stream: Stream): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        this.take(stream, String(chunk));
        done();
      },
    });
  }

  take(stream: Stream, text: string): void {
    if (this.#taken === 0) setTimeout(() => this.#reset(), WINDOW_MS).unref();
    if (++this.#taken > MOST_A_WINDOW) {
      this.#omitted++;
      return;
    }
    const [first = ''] = text.trimStart().split('\n', 1);
    const fields = { stream, text: boundedText(first, MOST_CHARACTERS), characters: text.length };
    if (stream === 'stderr') this.#log.warn(fields, 'output of a library');
    else this.#log.debug(fields, 'output of a library');
  }

  #reset(): void {
    if (this.#omitted > 0) this.#log.warn({ omitted: this.#omitted }, 'output of libraries was omitted');
    this.#taken = 0;
    this.#omitted = 0;
  }
}

/** Does not read the old value, because node opens its streams on first access. */
function replaced(holder: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { configurable: true, enumerable: true, writable: true, value });
  return () => {
    if (before) Object.defineProperty(holder, name, before);
  };
}
