// Reports the state of this process to systemd (sd_notify(3)): ready, event loop alive, stopping. Node has no AF_UNIX
// datagram sockets, so `systemd-notify` sends the messages; the unit needs `NotifyAccess=all`. The event loop starts
// each of these processes, so a loop that hangs sends nothing. Does nothing outside systemd.

import { spawn } from 'node:child_process';
import type { Log } from './observe/log.ts';

type State = 'READY=1' | 'WATCHDOG=1';

/** `systemd-notify` waits until systemd has read the message, which takes milliseconds. */
const CHILD_MS = 4_000;
/** Three messages per watchdog interval: one may fail. */
const SHARE = 3;
/** Shorter watchdog intervals make no sense, and each message costs a process. */
const SHORTEST_MS = 100;

export class ServiceNotifier {
  readonly #log: Log;
  readonly #env: NodeJS.ProcessEnv;
  /** States to send when the current process has ended; each state once. */
  readonly #pending = new Set<State>();
  #busy = false;
  #stopping = false;
  #failing = false;

  constructor(log: Log, env: NodeJS.ProcessEnv = process.env) {
    this.#log = log;
    this.#env = env;
  }

  /** The gateway listens. From now on the watchdog gets messages until the process ends. */
  ready(): void {
    this.#tell('READY=1');
    const everyMs = watchdogMs(this.#env);
    if (everyMs !== undefined) setInterval(() => this.#tell('WATCHDOG=1'), everyMs).unref();
  }

  /** Sent once, in parallel with a running process, because this process may exit before that one has ended. */
  stopping(): void {
    if (this.#stopping || !this.#env.NOTIFY_SOCKET) return;
    this.#stopping = true;
    this.#start(['STOPPING=1'], problem => this.#judge(problem));
  }

  #tell(state: State): void {
    if (!this.#env.NOTIFY_SOCKET) return;
    this.#pending.add(state);
    if (!this.#busy) this.#send();
  }

  /** One process at a time. */
  #send(): void {
    const states = [...this.#pending];
    this.#pending.clear();
    this.#busy = true;
    this.#start(states, problem => {
      this.#busy = false;
      this.#judge(problem);
      if (this.#pending.size > 0) this.#send();
    });
  }

  /** Starts a process with a time limit. `done` is called once, with the problem if there was one. */
  #start(states: readonly string[], done: (problem?: string) => void): void {
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    const ended = (problem?: string) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      done(problem);
    };
    try {
      const child = spawn('systemd-notify', states, { env: this.#env, stdio: 'ignore' });
      child.unref();
      timer = setTimeout(() => child.kill('SIGKILL'), CHILD_MS).unref();
      child.on('error', error => ended(error.message));
      child.on('exit', (code, signal) => ended(code === 0 ? undefined : `it ended with ${code ?? signal}`));
    } catch (error) {
      // Node throws those errors that it does not report as events, such as a lack of memory.
      ended((error as Error).message);
    }
  }

  /** Logged when failures begin and when they end, not for each failure. */
  #judge(error?: string): void {
    const failing = error !== undefined;
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failing)
      this.#log.error({ error }, 'systemd-notify failed: systemd is not informed that the gateway runs');
    else this.#log.info({}, 'systemd-notify works again');
  }
}

/** Milliseconds between two watchdog messages. Undefined if systemd expects none from this process. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  const wanted = Number(WATCHDOG_USEC) / 1000;
  const ours = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return ours && wanted > 0 ? Math.max(SHORTEST_MS, wanted / SHARE) : undefined;
}
