// Reports the state of this process to systemd (sd_notify(3)): ready, event loop running, stopping. Node has no AF_UNIX
// datagram sockets, so `systemd-notify` sends the messages; the unit permits that by `NotifyAccess=all`. The event loop
// starts each of these child processes, so a blocked loop reports nothing. Does nothing outside systemd.

import { spawn } from 'node:child_process';
import type { Log } from './observe/log.ts';

type ServiceState = 'READY=1' | 'WATCHDOG=1';

/** `systemd-notify` waits until systemd has read the message, which takes milliseconds. */
const CHILD_MS = 4_000;
/** Reports within the time that systemd waits: one child may fail. */
const REPORTS_PER_TIMEOUT = 3;
/** The shortest interval, because each report starts a process. */
const SHORTEST_MS = 100;

export class ServiceNotifier {
  readonly #log: Log;
  readonly #env: NodeJS.ProcessEnv;
  /** States to report when the running child has ended, each once. */
  readonly #pending = new Set<ServiceState>();
  #busy = false;
  #stopping = false;
  #failing = false;

  constructor(log: Log, env: NodeJS.ProcessEnv = process.env) {
    this.#log = log;
    this.#env = env;
  }

  /** The gateway listens. From now on the watchdog is reset at intervals until the process exits. */
  ready(): void {
    this.#report('READY=1');
    const everyMs = watchdogMs(this.#env);
    if (everyMs !== undefined) setInterval(() => this.#report('WATCHDOG=1'), everyMs).unref();
  }

  /** Sent once, without waiting for a running child, because the process may exit before that child has ended. */
  stopping(): void {
    if (this.#stopping || !this.#env.NOTIFY_SOCKET) return;
    this.#stopping = true;
    this.#start(['STOPPING=1'], problem => this.#logFailure(problem));
  }

  #report(state: ServiceState): void {
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
      this.#logFailure(problem);
      if (this.#pending.size > 0) this.#send();
    });
  }

  /** Starts a child, which is killed after CHILD_MS. `done` is called once, with the problem if there is one. */
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
      child.on('exit', (code, signal) => ended(code === 0 ? undefined : `exited with ${code ?? signal}`));
    } catch (error) {
      // Node throws some failures of spawn, such as a lack of memory, instead of emitting them.
      ended((error as Error).message);
    }
  }

  /** Logged at the first failure and at the first success after it. */
  #logFailure(error?: string): void {
    const failing = error !== undefined;
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failing) this.#log.error({ error }, 'systemd-notify failed: systemd gets no status of the gateway');
    else this.#log.info({}, 'systemd-notify works again');
  }
}

/** Milliseconds between two watchdog reports; undefined when systemd requires none of this process. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  const wanted = Number(WATCHDOG_USEC) / 1000;
  const ours = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return ours && wanted > 0 ? Math.max(SHORTEST_MS, wanted / REPORTS_PER_TIMEOUT) : undefined;
}
