// Whether this process is about to run out of a resource: files, memory, or time of its event loop. Checked before a
// new call or visitor is accepted, so that new ones are refused while the running ones still have what they need.
// Measures only when it is read, and at limited cost. Must not depend on calls.

import { readdirSync, readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

export type ExhaustedResource = 'files' | 'memory' | 'event-loop';

/** The amount in use, and its limit. */
export interface Gauge {
  readonly used: number;
  readonly most: number;
}

export interface Gauges {
  /** Undefined if the system does not report it. */
  files(): Gauge | undefined;
  /** The one of several limits that is closest to exhaustion. */
  memory(): Gauge;
  /** The average lateness of the event loop since the last call, in milliseconds. */
  lateMs(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Files that stay free for running calls, DNS and PBXs: a tenth, but at least this number. */
const SPARE_FILES = 24;
const SPARE_SHARE = 0.1;
const MOST_MEMORY = 0.85;
/** Limit of the average lateness over a window. */
const MOST_LATE_MS = 200;
const WINDOW_MS = 1_000;
/** Consecutive late windows. A single pause, such as that of the start, is over before a visitor could be refused. */
const LATE_WINDOWS = 2;
const LOOK_EVERY_MS = 250;
/** New visitors between two measurements. Each may use several files, and a crowd arrives faster than the interval. */
const LOOK_EVERY_ASKS = 6;
const LOOK_AT_MOST_EVERY_MS = 10;
/** While a resource is exhausted: a change is logged at most once per second. */
const LOOK_AGAIN_MS = 1_000;

export class Headroom {
  readonly #gauges: Gauges;
  readonly #changed: (exhausted: ExhaustedResource | undefined) => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #asks = 0;
  #windowFrom: number;
  #lateWindows = 0;
  #exhausted: ExhaustedResource | undefined;

  /** `changed` is called when a resource becomes exhausted, and when none is exhausted any longer. */
  constructor(
    changed: (exhausted: ExhaustedResource | undefined) => void = () => {},
    gauges: Gauges = systemGauges(),
  ) {
    this.#gauges = gauges;
    this.#changed = changed;
    this.#windowFrom = gauges.now();
  }

  /** The resource that is exhausted, if any. */
  get exhausted(): ExhaustedResource | undefined {
    const now = this.#gauges.now();
    if (now - this.#windowFrom >= WINDOW_MS) {
      this.#windowFrom = now;
      this.#lateWindows = this.#gauges.lateMs() > MOST_LATE_MS ? this.#lateWindows + 1 : 0;
    }
    if (now - this.#lookedAt >= this.#intervalMs) {
      this.#lookedAt = now;
      this.#asks = 0;
      const exhausted = this.#look();
      if (exhausted !== this.#exhausted) this.#changed(exhausted);
      this.#exhausted = exhausted;
    }
    return this.#exhausted;
  }

  /** Milliseconds until the next measurement. */
  get #intervalMs(): number {
    if (this.#exhausted) return LOOK_AGAIN_MS;
    return ++this.#asks >= LOOK_EVERY_ASKS ? LOOK_AT_MOST_EVERY_MS : LOOK_EVERY_MS;
  }

  #look(): ExhaustedResource | undefined {
    const files = this.#gauges.files();
    if (files && files.most - files.used < Math.max(SPARE_FILES, files.most * SPARE_SHARE)) return 'files';
    const memory = this.#gauges.memory();
    if (memory.used > memory.most * MOST_MEMORY) return 'memory';
    return this.#lateWindows >= LATE_WINDOWS ? 'event-loop' : undefined;
  }
}

/** The sampling interval of node's own measurement, which is not lateness. */
const RESOLUTION_MS = 20;

function systemGauges(): Gauges {
  const mostFiles = openFilesLimit();
  const delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    // Linux reports it. On other systems only the limit of calls applies.
    files: () => (mostFiles ? { used: openFiles() ?? mostFiles, most: mostFiles } : undefined),
    memory() {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      const ofHeap = { used: used_heap_size, most: heap_size_limit };
      // The limit of a control group, such as systemd's MemoryMax. Without one it is larger than any memory, or 0.
      const most = process.constrainedMemory() || Number.POSITIVE_INFINITY;
      const ofProcess = { used: process.memoryUsage.rss(), most };
      return ofProcess.used / ofProcess.most > ofHeap.used / ofHeap.most ? ofProcess : ofHeap;
    },
    lateMs() {
      const mean = delay.mean / 1e6;
      delay.reset();
      return mean - RESOLUTION_MS;
    },
    now: () => performance.now(),
  };
}

/** Undefined if no file descriptor is left for reading the folder. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** Undefined if the system reports no limit. */
function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
