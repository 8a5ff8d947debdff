// Answers of DNS kept for as long as they say: found and absent ones with a ceiling, failures for a moment.
// Questions under way are shared; the last good answer is kept longer, for when DNS is down (RFC 8767).
// Bounded in size; time is injected.

import type { Answer } from './records.ts';

export interface CacheLimits {
  /** Longest life of an answer with records, whatever its TTL. */
  readonly foundMs: number;
  /** Longest life of "no such name" and "no such record": somebody may just be adding them. */
  readonly absentMs: number;
  /** How long a failing server is not asked the same again. */
  readonly failedMs: number;
  /** The same where an old answer stands in, which makes waiting cheap. */
  readonly failedButSparedMs: number;
  /** How long after its end an answer with records may still stand in for a failing server. */
  readonly staleMs: number;
  readonly entries: number;
}

export const cacheLimits: CacheLimits = {
  foundMs: 3_600_000,
  absentMs: 60_000,
  failedMs: 2_000,
  failedButSparedMs: 15_000,
  staleMs: 3_600_000,
  entries: 1_000,
};

export interface Cached<R> {
  readonly answer: Answer<R>;
  readonly fromCache: boolean;
  /** Set when the answer is an old one, with what went wrong when asking anew. */
  readonly staleBecause?: string;
}

interface Entry {
  answer: Answer<unknown>;
  freshUntil: number;
  lastGood?: { answer: Answer<unknown>; until: number };
}

export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #underWay = new Map<string, Promise<Entry>>();
  readonly #now: () => number;
  readonly #limits: CacheLimits;

  /** @param now milliseconds of a clock that never steps back */
  constructor(now: () => number, limits: CacheLimits = cacheLimits) {
    this.#now = now;
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** `key` names the type of record too: all askers of one key expect the same `R`. */
  async ask<R>(key: string, question: () => Promise<Answer<R>>): Promise<Cached<R>> {
    const known = this.known<R>(key);
    if (known) return known;
    const pending = this.#underWay.get(key) ?? this.#start(key, question);
    return this.#read<R>(await pending, false);
  }

  /** What needs no asking, a failure of a moment ago among it. */
  known<R>(key: string): Cached<R> | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#now() < entry.freshUntil ? this.#read<R>(entry, true) : undefined;
  }

  /** What may stand in where DNS does not answer: the last good answer, unless it is too old for that too. */
  spare<R>(key: string): Answer<R> | undefined {
    const lastGood = this.#entries.get(key)?.lastGood;
    return lastGood && this.#now() < lastGood.until ? (lastGood.answer as Answer<R>) : undefined;
  }

  #start(key: string, question: () => Promise<Answer<unknown>>): Promise<Entry> {
    const pending = question()
      .then(answer => this.#keep(key, answer))
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, pending);
    return pending;
  }

  #read<R>({ answer, lastGood }: Entry, fromCache: boolean): Cached<R> {
    if (answer.kind === 'failed' && lastGood && this.#now() < lastGood.until) {
      return { answer: lastGood.answer as Answer<R>, fromCache: true, staleBecause: answer.why };
    }
    return { answer: answer as Answer<R>, fromCache };
  }

  #keep(key: string, answer: Answer<unknown>): Entry {
    const now = this.#now();
    const before = this.#entries.get(key)?.lastGood;
    const spared = before !== undefined && now < before.until;
    const entry: Entry = { answer, freshUntil: now + this.#lifeOf(answer, spared) };
    if (answer.kind === 'records')
      entry.lastGood = { answer, until: entry.freshUntil + this.#limits.staleMs };
    else if (answer.kind === 'failed' && spared) entry.lastGood = before;
    // Set anew at the end, so that the one dropped for room is the one asked longest ago.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#limits.entries) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
    return entry;
  }

  #lifeOf(answer: Answer<unknown>, spared: boolean): number {
    const { foundMs, absentMs, failedMs, failedButSparedMs } = this.#limits;
    if (answer.kind === 'failed') return spared ? failedButSparedMs : failedMs;
    return Math.min(answer.ttlSeconds * 1000, answer.kind === 'records' ? foundMs : absentMs);
  }
}
