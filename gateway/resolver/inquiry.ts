// The questions of one resolution: each asked once, through the cache, within the deadline, and written
// down in the order in which the walk reads their answers. Knows no rule of SIP.

import type { AnswerCache, Cached } from './cache.ts';
import {
  type AddressRecord,
  type Answer,
  type DnsSource,
  type NaptrRecord,
  type SrvRecord,
  timedOut,
} from './records.ts';
import type { Step } from './target.ts';

/** A question already on its way; the answer waits until somebody reads it. */
export interface Question<R> {
  readonly type: Step['type'];
  readonly name: string;
  readonly answered: Promise<Cached<R> & { readonly ms: number }>;
}

/** What the walk made of the records of one answer. */
interface Reading<T> {
  readonly value: T;
  readonly lines: readonly string[];
}

export class Inquiry {
  readonly trace: Step[] = [];
  readonly #source: DnsSource;
  readonly #cache: AnswerCache;
  readonly #now: () => number;
  readonly #endsAt: number;
  readonly #questionMs: number;
  readonly #asked = new Map<string, Question<unknown>>();

  constructor(source: DnsSource, cache: AnswerCache, now: () => number, deadlineMs: number) {
    this.#source = source;
    this.#cache = cache;
    this.#now = now;
    this.#endsAt = now() + deadlineMs;
    // One server that swallows one type of question must leave time to ask the others.
    this.#questionMs = deadlineMs / 2;
  }

  get expired(): boolean {
    return this.#now() >= this.#endsAt;
  }

  naptr(name: string): Question<NaptrRecord> {
    return this.#ask('NAPTR', name, () => this.#source.naptr(name));
  }

  srv(name: string): Question<SrvRecord> {
    return this.#ask('SRV', name, () => this.#source.srv(name));
  }

  address(family: 'ipv4' | 'ipv6', name: string): Question<AddressRecord> {
    return family === 'ipv4'
      ? this.#ask('A', name, () => this.#source.a(name))
      : this.#ask('AAAA', name, () => this.#source.aaaa(name));
  }

  /** Waits for the answer and notes it. `read` puts the records in order; without records it gets none. */
  async read<R, T>(question: Question<R>, read: (records: readonly R[]) => Reading<T>): Promise<T> {
    const { answer, fromCache, staleBecause, ms } = await question.answered;
    const { value, lines } = read(answer.kind === 'records' ? answer.records : []);
    const failure = answer.kind === 'records' ? staleBecause : answer.why;
    this.trace.push({
      type: question.type,
      name: question.name,
      ms: Math.round(ms * 10) / 10,
      fromCache,
      records: lines,
      ...(failure !== undefined && { failure }),
    });
    return value;
  }

  #ask<R>(type: Step['type'], name: string, question: () => Promise<Answer<R>>): Question<R> {
    const key = `${type} ${name}`;
    const before = this.#asked.get(key);
    if (before) return before as Question<R>;
    const started = this.#now();
    const answered = this.#inTime(this.#cache.ask(key, question)).then(cached => {
      return { ...cached, ms: this.#now() - started };
    });
    const asked = { type, name, answered };
    this.#asked.set(key, asked);
    return asked;
  }

  /** An answer that comes too late for this resolution still reaches the cache. */
  async #inTime<R>(pending: Promise<Cached<R>>): Promise<Cached<R>> {
    const ms = Math.max(0, Math.min(this.#questionMs, this.#endsAt - this.#now()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Cached<R>>(resolve => {
      timer = setTimeout(resolve, ms, { answer: { kind: 'failed', why: timedOut }, fromCache: false });
    });
    try {
      return await Promise.race([pending, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
