// Whether this process is about to run out of something: files, memory, or the time of its one thread. Whoever takes
// somebody on asks first, so that newcomers are refused while those who are here still have what they need.
// Looks when it is asked, and no oftener than it costs little; knows nothing of calls.

import { readdirSync, readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

export type ExhaustedResource = 'files' | 'memory' | 'time';

/** What is in use, and how much there may be at most. */
export interface Gauge {
  readonly used: number;
  readonly most: number;
}

export interface Gauges {
  /** Undefined where the system does not tell. */
  files(): Gauge | undefined;
  /** Whichever of several is the fullest. */
  memory(): Gauge;
  /** Milliseconds by which the event loop was late, on average, since this was asked last. */
  lateMs(): number;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
}

/** Kept free for what running calls, DNS and PBXs need: a tenth, and never fewer than these. */
const SPARE_FILES = 24;
const SPARE_SHARE = 0.1;
const MOST_MEMORY = 0.85;
/** On average over a window: what every turn of the loop takes. */
const MOST_LATE_MS = 200;
const WINDOW_MS = 1_000;
/** In a row: one pause, such as that of the start, is over before anybody could be refused. */
const LATE_WINDOWS = 2;
const LOOK_EVERY_MS = 250;
/** Newcomers between two looks, each of whom may have taken several files; a crowd comes faster than the clock. */
const LOOK_EVERY_ASKS = 6;
const LOOK_AT_MOST_EVERY_MS = 10;
/** What is just about enough is not news several times a second. */
const LOOK_AGAIN_MS = 1_000;

export class Headroom {
  readonly #gauges: Gauges;
  readonly #changed: (exhausted: ExhaustedResource | undefined) => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #asks = 0;
  #windowFrom: number;
  #lateWindows = 0;
  #exhausted: ExhaustedResource | undefined;

  /** `changed` is told when something begins to be short, and when nothing is any more. */
  constructor(
    changed: (exhausted: ExhaustedResource | undefined) => void = () => {},
    gauges: Gauges = systemGauges(),
  ) {
    this.#gauges = gauges;
    this.#changed = changed;
    this.#windowFrom = gauges.now();
  }

  /** What there is too little of to take anybody on. */
  get exhausted(): ExhaustedResource | undefined {
    const now = this.#gauges.now();
    if (now - this.#windowFrom >= WINDOW_MS) {
      this.#windowFrom = now;
      this.#lateWindows = this.#gauges.lateMs() > MOST_LATE_MS ? this.#lateWindows + 1 : 0;
    }
    if (now - this.#lookedAt >= this.#patience) {
      this.#lookedAt = now;
      this.#asks = 0;
      const exhausted = this.#look();
      if (exhausted !== this.#exhausted) this.#changed(exhausted);
      this.#exhausted = exhausted;
    }
    return this.#exhausted;
  }

  /** Milliseconds from one look to the next. */
  get #patience(): number {
    if (this.#exhausted) return LOOK_AGAIN_MS;
    return ++this.#asks >= LOOK_EVERY_ASKS ? LOOK_AT_MOST_EVERY_MS : LOOK_EVERY_MS;
  }

  #look(): ExhaustedResource | undefined {
    const files = this.#gauges.files();
    if (files && files.most - files.used < Math.max(SPARE_FILES, files.most * SPARE_SHARE)) return 'files';
    const memory = this.#gauges.memory();
    if (memory.used > memory.most * MOST_MEMORY) return 'memory';
    return this.#lateWindows >= LATE_WINDOWS ? 'time' : undefined;
  }
}

/** Milliseconds between two looks of node's own measure, which are no lateness. */
const RESOLUTION_MS = 20;

function systemGauges(): Gauges {
  const mostFiles = openFilesLimit();
  const delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    // Linux tells; where it does not, the limit of calls has to do.
    files: () => (mostFiles ? { used: openFiles() ?? mostFiles, most: mostFiles } : undefined),
    memory() {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      const heap = { used: used_heap_size, most: heap_size_limit };
      // Of a control group, such as systemd's MemoryMax; without one it is a number beyond all memory, or 0.
      const most = process.constrainedMemory() || Number.POSITIVE_INFINITY;
      const whole = { used: process.memoryUsage.rss(), most };
      return whole.used / whole.most > heap.used / heap.most ? whole : heap;
    },
    lateMs() {
      const mean = delay.mean / 1e6;
      delay.reset();
      return mean - RESOLUTION_MS;
    },
    now: () => performance.now(),
  };
}

/** Undefined when there is none left to look with. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** Undefined where the system does not tell, or sets none. */
function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
