// A program that plays a part in a test: started, listened to line by line, ended with the test at the latest.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { PATIENCE_MS, type Patience } from './eventually.ts';

const running = new Set<PeerProcess>();
process.once('exit', () => {
  for (const peer of running) peer.signal('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In whose network it runs; the test's own unless told. */
  readonly inside?: { readonly pid: number } | undefined;
}

/** Keeps the last lines only: a chatty peer must not grow the test. */
const LINES_KEPT = 20_000;

export class PeerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #listeners = new Set<(line: string) => void>();
  #lines: string[] = [];
  #dropped = 0;

  constructor(name: string, command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.name = name;
    const { inside } = options;
    const [program, ...rest] = inside ? ['nsenter', '-t', String(inside.pid), '-n', command] : [command];
    this.#child = spawn(program ?? command, [...rest, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    // A peer that nobody stops, for its test failed half-way, must not keep the test's process: that ends it.
    this.#child.unref();
    this.#child.on('error', error => this.#take(`${command}: ${error.message}`));
    this.#ended = new Promise(resolve => {
      const over = () => {
        running.delete(this);
        resolve();
      };
      // Not 'exit': the last lines come after it.
      this.#child.once('close', over);
      this.#child.once('error', over);
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      (stream as Socket).unref();
      createInterface({ input: stream }).on('line', line => this.#take(line));
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get alive(): boolean {
    return running.has(this);
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** All that it said, or what it said since {@link mark}. */
  output(since = 0): string {
    return this.#lines.slice(Math.max(0, since - this.#dropped)).join('\n');
  }

  /** A place in the output, for {@link output} and {@link waitFor}. */
  mark(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Resolves with the match of the first line, past or to come, that fits. Rejects when it ends before, or late. */
  async waitFor(
    pattern: RegExp,
    options: Patience & { readonly since?: number } = {},
  ): Promise<RegExpMatchArray> {
    const { within = PATIENCE_MS, since = 0 } = options;
    for (const line of this.#lines.slice(Math.max(0, since - this.#dropped))) {
      const match = line.match(pattern);
      if (match) return match;
    }
    return await new Promise((resolve, reject) => {
      const fail = (why: string) => {
        settle();
        reject(
          new Error(`${this.name}: ${why} ${pattern}\n${this.output().split('\n').slice(-40).join('\n')}`),
        );
      };
      const listen = (line: string) => {
        const match = line.match(pattern);
        if (!match) return;
        settle();
        resolve(match);
      };
      const timer = setTimeout(() => fail(`${within / 1000} s passed without`), within);
      const settle = () => {
        clearTimeout(timer);
        this.#listeners.delete(listen);
      };
      this.#listeners.add(listen);
      void this.#ended.then(() => this.#listeners.has(listen) && fail('ended before saying'));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once it has ended by itself. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Asks it to end; ends it when it does not within the time. */
  async stop(graceMs = 3_000, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.alive) return;
    this.#child.ref();
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.stop(3_000, 'SIGKILL');
  }

  #take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) {
      this.#lines = this.#lines.slice(LINES_KEPT / 2);
      this.#dropped += LINES_KEPT / 2;
    }
    for (const listen of [...this.#listeners]) listen(line);
  }
}

/** Runs a program to its end; resolves with what it printed, rejects with it when it failed or took too long. */
export async function run(
  command: string,
  args: readonly string[],
  options: ProgramOptions & { readonly within?: number } = {},
): Promise<string> {
  const peer = new PeerProcess(command, command, args, options);
  const timer = setTimeout(() => peer.signal('SIGKILL'), options.within ?? 60_000);
  await peer.ended();
  clearTimeout(timer);
  if (peer.exitCode !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ended with ${peer.exitCode ?? 'a signal'}\n${peer.output()}`,
    );
  }
  return peer.output();
}
