// Tells systemd the state of this process (sd_notify(3)): it is ready, its event loop turns, it stops. Node
// has no sockets of that kind (AF_UNIX datagrams), so `systemd-notify` sends; the unit accepts it by `NotifyAccess=all`.
// The loop itself starts each of these children, and so a loop that hangs tells nothing. Silent outside systemd.

import { spawn } from 'node:child_process';
import type { Log } from './observe/log.ts';

type State = 'READY=1' | 'WATCHDOG=1';

/** `systemd-notify` waits for systemd to have read it, which takes milliseconds. */
const CHILD_MS = 4_000;
/** Three within the time that systemd waits: one child may fail. */
const SHARE = 3;
/** systemd takes no shorter watchdog seriously, and a process per call is not free. */
const SHORTEST_MS = 100;

export class ServiceNotifier {
  readonly #log: Log;
  readonly #env: NodeJS.ProcessEnv;
  /** What is to be said once the child that is under way has ended: each state once. */
  readonly #pending = new Set<State>();
  #busy = false;
  #stopping = false;
  #failing = false;

  constructor(log: Log, env: NodeJS.ProcessEnv = process.env) {
    this.#log = log;
    this.#env = env;
  }

  /** The gateway listens. From now on the watchdog is fed, until the process ends. */
  ready(): void {
    this.#tell('READY=1');
    const everyMs = watchdogMs(this.#env);
    if (everyMs !== undefined) setInterval(() => this.#tell('WATCHDOG=1'), everyMs).unref();
  }

  /** Once, and beside a child that is under way: the process may be gone before that one has ended. */
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

  /** One child at a time. */
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

  /** A child, which does not outlive its time; `done` is called once, with what went wrong. */
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
      // Of the failures to start one, node throws those that it does not know, such as a lack of memory.
      ended((error as Error).message);
    }
  }

  /** Said when it begins and when it is over, however often it fails. */
  #judge(error?: string): void {
    const failing = error !== undefined;
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failing)
      this.#log.error({ error }, 'systemd-notify failed: systemd does not know that the gateway runs');
    else this.#log.info({}, 'systemd-notify works again');
  }
}

/** Milliseconds between two signs of life; undefined where systemd wants none of this process. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  const wanted = Number(WATCHDOG_USEC) / 1000;
  const ours = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return ours && wanted > 0 ? Math.max(SHORTEST_MS, wanted / SHARE) : undefined;
}
