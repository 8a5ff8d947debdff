// What libraries, and node itself, write by themselves goes into the log: a library that prints a message that it could
// not parse would let a visitor write lines of the log. Of each write the log has the first line, bounded; the rest may
// be a message with all its keys. Knows neither which library writes nor why.

import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Log } from './log.ts';
import { boundedText } from './log-limits.ts';

const WINDOW_MS = 60_000;
const MOST_A_WINDOW = 20;
const MOST_CHARACTERS = 200;

type Stream = 'stdout' | 'stderr';

/**
 * Replaces `console`, `process.stdout`, `process.stderr` and node's own warnings until the returned function is called.
 * With the variable DEBUG set, `process.stderr` stays: the owner asked for it, and it is then not part of the log.
 */
export function captureLibraryOutput(log: Log, env: NodeJS.ProcessEnv = process.env): () => void {
  const strays = new Strays(log);
  const stdout = strays.sink('stdout');
  const stderr = strays.sink('stderr');
  const undo = [
    replaced(process, 'stdout', stdout),
    ...(env.DEBUG ? [] : [replaced(process, 'stderr', stderr)]),
    replaced(globalThis, 'console', new Console({ stdout, stderr, colorMode: false })),
  ];
  const before = process.listeners('warning');
  process.removeAllListeners('warning');
  const warned = (warning: Error) => strays.take('stderr', `${warning.name}: ${warning.message}`);
  process.on('warning', warned);
  return () => {
    process.off('warning', warned);
    for (const listener of before) process.on('warning', listener);
    for (const one of undo) one();
  };
}

/** At most so many lines a minute; of the rest there is a count. */
class Strays {
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
    if (stream === 'stderr') this.#log.warn(fields, 'a library wrote by itself');
    else this.#log.debug(fields, 'a library wrote by itself');
  }

  #reset(): void {
    if (this.#omitted > 0) this.#log.warn({ omitted: this.#omitted }, 'libraries wrote more than is logged');
    this.#taken = 0;
    this.#omitted = 0;
  }
}

/** Without a look at what stands there: node opens its streams when they are first asked for. */
function replaced(holder: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { configurable: true, enumerable: true, writable: true, value });
  return () => {
    if (before) Object.defineProperty(holder, name, before);
  };
}
