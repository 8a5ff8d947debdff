// The main thread's end of one media worker: sends requests, matches replies, passes
// events on, and starts another worker when this one dies. What the dead one carried is
// lost and is said so; requests on their way are refused.

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

/** A worker that does not answer is as good as dead, and is ended; it is asked this often, whatever else it is asked. */
const replyMs = 5000;
const beatMs = 1000;
/** One that dies again at once is started anew less and less eagerly. */
const restartMs = [0, 250, 1000, 5000] as const;
const healthyMs = 10_000;

export interface LinkEvents {
  event(event: MediaEvent): void;
  /** The worker is gone with all its calls. */
  lost(link: WorkerLink): void;
  log(level: LogLevel, fields: object, message: string): void;
}

interface Waiting {
  readonly resolve: (value: WorkerReplies[keyof WorkerReplies]) => void;
  readonly reject: (error: MediaError) => void;
  readonly timer: NodeJS.Timeout;
}

export class WorkerLink {
  readonly #settings: WorkerSettings;
  readonly #events: LinkEvents;
  readonly #waiting = new Map<number, Waiting>();
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
    this.#beat = setInterval(() => void this.ask({ op: 'counts' }).catch(() => {}), beatMs).unref();
    this.#started = new Promise((resolve, reject) => {
      this.#worker = this.#start(resolve, reject);
    });
  }

  /** Settles when the first worker listens, or cannot. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** False between a worker's death and its successor. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Of the browsers, for each address. */
  get ports(): readonly BrowserPorts[] {
    return this.#ports;
  }

  /** Of the browsers, on the first address. */
  get port(): number {
    return this.#ports[0]?.udp ?? 0;
  }

  /** The same over TCP. */
  get tcpPort(): number {
    return this.#ports[0]?.tcp ?? 0;
  }

  /** For supervision and for the test that kills it. */
  get thread(): Worker | null {
    return this.#worker;
  }

  ask<Op extends WorkerRequest['op']>(
    request: WorkerRequest & { readonly op: Op },
  ): Promise<WorkerReplies[Op]> {
    if (!this.#ready) return Promise.reject(new MediaError('the media worker is not running', 503));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const asked = this.#worker;
      const judge = () => {
        if (!this.#waiting.delete(id)) return;
        reject(new MediaError('the media worker does not answer', 503));
        if (asked === this.#worker) this.#hangs();
      };
      // If it was this thread that stood still, the answer is here, unread: a poll phase passes before the judgement.
      const timer = setTimeout(() => setImmediate(judge), replyMs);
      this.#waiting.set(id, { resolve: value => resolve(value as WorkerReplies[Op]), reject, timer });
      asked?.postMessage({ id, request });
    });
  }

  async shutdown(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#beat);
    if (this.#restart !== null) clearTimeout(this.#restart);
    if (this.#ready) await this.ask({ op: 'shutdown' }).catch(() => {});
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
        else this.#events.log('info', {}, 'Another media worker has taken its place');
      } else {
        try {
          this.#hear(message);
        } catch (error) {
          const stack = error instanceof Error ? error.stack : String(error);
          this.#events.log('error', { stack }, 'What a media worker said met a bug');
        }
      }
    });
    worker.on('error', error => {
      this.#events.log(
        'error',
        { stack: error instanceof Error ? error.stack : error },
        'A media worker died',
      );
      failed?.(error);
    });
    worker.on('exit', () => {
      failed?.(new MediaError('the media worker ended before it began', 503));
      if (worker === this.#worker) this.#died();
    });
    return worker;
  }

  #hear(message: Exclude<FromWorker, { type: 'ready' }>): void {
    if (message.type === 'event') this.#events.event(message.event);
    else if (message.type === 'log') this.#events.log(message.level, message.fields, message.message);
    else {
      const waiting = this.#waiting.get(message.id);
      if (waiting === undefined) return;
      this.#waiting.delete(message.id);
      clearTimeout(waiting.timer);
      if (message.type === 'reply') waiting.resolve(message.value);
      else waiting.reject(new MediaError(message.message, message.status));
    }
  }

  /** Its calls are silent already: they end, and another worker takes its place. */
  #hangs(): void {
    this.#events.log('error', {}, 'A media worker does not answer, and is ended');
    void this.#worker?.terminate();
  }

  #died(): void {
    const wasReady = this.#ready;
    this.#ready = false;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new MediaError('the media worker was lost', 503));
    }
    this.#waiting.clear();
    if (this.#closing) return;
    if (wasReady) this.#events.lost(this);
    this.#deaths = performance.now() - this.#startedAt > healthyMs ? 0 : this.#deaths + 1;
    const wait = restartMs[Math.min(this.#deaths, restartMs.length - 1)]!;
    this.#restart = setTimeout(() => {
      this.#worker = this.#start();
    }, wait);
  }
}
