// Caches DNS answers as long as their TTL says: found and absent records with an upper limit, failures for a moment.
// Questions under way are shared. The last good answer is kept longer, for failures of DNS (RFC 8767). The size is
// limited; the clock is injected.

import type { DnsAnswer } from './records.ts';

export interface CacheLimits {
  /** Upper limit for an answer with records, whatever its TTL. */
  readonly foundMs: number;
  /** Upper limit for "no such name" and "no such record": the owner may be adding the record now. */
  readonly absentMs: number;
  /** How long a failed question is not asked again. */
  readonly failedMs: number;
  /** The same if a stale answer is available. */
  readonly failedWithStaleMs: number;
  /** How long after its expiry an answer with records may replace a failed one. */
  readonly staleMs: number;
  readonly entries: number;
}

export const cacheLimits: CacheLimits = {
  foundMs: 3_600_000,
  absentMs: 60_000,
  failedMs: 2_000,
  failedWithStaleMs: 15_000,
  staleMs: 3_600_000,
  entries: 1_000,
};

export interface Cached<R> {
  readonly answer: DnsAnswer<R>;
  readonly fromCache: boolean;
  /** Set if the answer is stale: the failure of the new question. */
  readonly staleBecause?: string;
}

interface Entry {
  answer: DnsAnswer<unknown>;
  freshUntil: number;
  lastGood?: { answer: DnsAnswer<unknown>; until: number };
}

export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #underWay = new Map<string, Promise<Entry>>();
  readonly #now: () => number;
  readonly #limits: CacheLimits;

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number, limits: CacheLimits = cacheLimits) {
    this.#now = now;
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** `key` includes the type of record: all callers with one key expect the same `R`. */
  async ask<R>(key: string, question: () => Promise<DnsAnswer<R>>): Promise<Cached<R>> {
    const known = this.known<R>(key);
    if (known) return known;
    const pending = this.#underWay.get(key) ?? this.#start(key, question);
    return this.#read<R>(await pending, false);
  }

  /** The cached answer, a recent failure included. */
  known<R>(key: string): Cached<R> | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#now() < entry.freshUntil ? this.#read<R>(entry, true) : undefined;
  }

  /** The stale answer for use when DNS does not answer: the last good answer, unless it is too old. */
  stale<R>(key: string): DnsAnswer<R> | undefined {
    const lastGood = this.#entries.get(key)?.lastGood;
    return lastGood && this.#now() < lastGood.until ? (lastGood.answer as DnsAnswer<R>) : undefined;
  }

  #start(key: string, question: () => Promise<DnsAnswer<unknown>>): Promise<Entry> {
    const pending = question()
      .then(answer => this.#keep(key, answer))
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, pending);
    return pending;
  }

  #read<R>({ answer, lastGood }: Entry, fromCache: boolean): Cached<R> {
    if (answer.kind === 'failed' && lastGood && this.#now() < lastGood.until) {
      return { answer: lastGood.answer as DnsAnswer<R>, fromCache: true, staleBecause: answer.why };
    }
    return { answer: answer as DnsAnswer<R>, fromCache };
  }

  #keep(key: string, answer: DnsAnswer<unknown>): Entry {
    const now = this.#now();
    const before = this.#entries.get(key)?.lastGood;
    const hasStale = before !== undefined && now < before.until;
    const entry: Entry = { answer, freshUntil: now + this.#lifeOf(answer, hasStale) };
    if (answer.kind === 'records')
      entry.lastGood = { answer, until: entry.freshUntil + this.#limits.staleMs };
    else if (answer.kind === 'failed' && hasStale) entry.lastGood = before;
    // Inserted again at the end, so that the oldest question is removed first.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#limits.entries) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
    return entry;
  }

  #lifeOf(answer: DnsAnswer<unknown>, hasStale: boolean): number {
    const { foundMs, absentMs, failedMs, failedWithStaleMs } = this.#limits;
    if (answer.kind === 'failed') return hasStale ? failedWithStaleMs : failedMs;
    return Math.min(answer.ttlSeconds * 1000, answer.kind === 'records' ? foundMs : absentMs);
  }
}
