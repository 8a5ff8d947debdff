// The main thread's end of one media worker: sends requests, matches replies, passes events on, and starts
// another worker when this one dies. Reports the calls of the dead worker as lost and refuses its pending
// requests.

import { Worker } from 'node:worker_threads';
import { MediaError, type MediaEvent } from '../relay.ts';
import type {
  BrowserPorts,
  FromWorker,
  LogLevel,
  WorkerReplies,
  WorkerRequest,
  WorkerSettings,
} from './worker-protocol.ts';

/** A worker that does not answer in this time is terminated. It gets a request at least every `beatMs`. */
const replyMs = 5000;
const beatMs = 1000;
/** A worker that dies again within `healthyMs` is restarted after a longer delay each time. */
const restartMs = [0, 250, 1000, 5000] as const;
const healthyMs = 10_000;

export interface LinkEvents {
  event(event: MediaEvent): void;
  /** The worker has ended with all its calls. */
  lost(link: WorkerLink): void;
  log(level: LogLevel, fields: object, message: string): void;
}

interface PendingRequest {
  readonly resolve: (value: WorkerReplies[keyof WorkerReplies]) => void;
  readonly reject: (error: MediaError) => void;
  readonly timer: NodeJS.Timeout;
}

export class WorkerLink {
  readonly #settings: WorkerSettings;
  readonly #events: LinkEvents;
  readonly #pending = new Map<number, PendingRequest>();
  #worker: Worker | null = null;
  #nextId = 1;
  #ports: readonly BrowserPorts[] = [];
  #ready = false;
  #closing = false;
  #deaths = 0;
  #startedAt = 0;
  #restart: NodeJS.Timeout | null = null;
  readonly #beat: NodeJS.Timeout;
  readonly #started: Promise<void>;

  constructor(settings: WorkerSettings, events: LinkEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#beat = setInterval(() => void this.request({ op: 'counts' }).catch(() => {}), beatMs).unref();
    this.#started = new Promise((resolve, reject) => {
      this.#worker = this.#start(resolve, reject);
    });
  }

  /** Settles when the first worker listens, or fails to. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** False between the death of a worker and the start of the next one. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The browser ports on each address. */
  get ports(): readonly BrowserPorts[] {
    return this.#ports;
  }

  /** The browsers' UDP port on the first address. */
  get port(): number {
    return this.#ports[0]?.udp ?? 0;
  }

  /** The browsers' TCP port on the first address. */
  get tcpPort(): number {
    return this.#ports[0]?.tcp ?? 0;
  }

  /** For supervision, and for the test that kills the thread. */
  get thread(): Worker | null {
    return this.#worker;
  }

  request<Op extends WorkerRequest['op']>(
    request: WorkerRequest & { readonly op: Op },
  ): Promise<WorkerReplies[Op]> {
    if (!this.#ready) return Promise.reject(new MediaError('the media worker is not running', 503));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const target = this.#worker;
      const onDeadline = () => {
        if (!this.#pending.delete(id)) return;
        reject(new MediaError('the media worker does not answer', 503));
        if (target === this.#worker) this.#terminateHung();
      };
      // If the main thread was blocked, the answer is queued and unread: one poll phase runs before the
      // worker is judged.
      const timer = setTimeout(() => setImmediate(onDeadline), replyMs);
      this.#pending.set(id, { resolve: value => resolve(value as WorkerReplies[Op]), reject, timer });
      target?.postMessage({ id, request });
    });
  }

  async shutdown(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#beat);
    if (this.#restart !== null) clearTimeout(this.#restart);
    if (this.#ready) await this.request({ op: 'shutdown' }).catch(() => {});
    await this.#worker?.terminate();
  }

  #start(up?: () => void, failed?: (error: unknown) => void): Worker {
    this.#startedAt = performance.now();
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: this.#settings });
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        this.#ports = message.ports;
        this.#ready = true;
        if (up) up();
        else this.#events.log('info', {}, 'a replacement media worker is running');
      } else {
        try {
          this.#receive(message);
        } catch (error) {
          const stack = error instanceof Error ? error.stack : String(error);
          this.#events.log('error', { stack }, 'internal error while processing a message of a media worker');
        }
      }
    });
    worker.on('error', error => {
      this.#events.log(
        'error',
        { stack: error instanceof Error ? error.stack : error },
        'a media worker died',
      );
      failed?.(error);
    });
    worker.on('exit', () => {
      failed?.(new MediaError('the media worker ended before it was ready', 503));
      if (worker === this.#worker) this.#died();
    });
    return worker;
  }

  #receive(message: Exclude<FromWorker, { type: 'ready' }>): void {
    if (message.type === 'event') this.#events.event(message.event);
    else if (message.type === 'log') this.#events.log(message.level, message.fields, message.message);
    else {
      const pending = this.#pending.get(message.id);
      if (pending === undefined) return;
      this.#pending.delete(message.id);
      clearTimeout(pending.timer);
      if (message.type === 'reply') pending.resolve(message.value);
      else pending.reject(new MediaError(message.message, message.status));
    }
  }

  /** The calls of this worker are silent already: they end, and another worker starts. */
  #terminateHung(): void {
    this.#events.log('error', {}, 'a media worker does not answer: terminating it');
    void this.#worker?.terminate();
  }

  #died(): void {
    const wasReady = this.#ready;
    this.#ready = false;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new MediaError('the media worker was lost', 503));
    }
    this.#pending.clear();
    if (this.#closing) return;
    if (wasReady) this.#events.lost(this);
    this.#deaths = performance.now() - this.#startedAt > healthyMs ? 0 : this.#deaths + 1;
    const wait = restartMs[Math.min(this.#deaths, restartMs.length - 1)]!;
    this.#restart = setTimeout(() => {
      this.#worker = this.#start();
    }, wait);
  }
}
