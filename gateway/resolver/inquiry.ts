// The questions of one resolution. Each is asked once, through the cache, within the deadline, and recorded in the
// trace in the order in which the answers are used. Must not depend on SIP rules.

import type { AnswerCache, Cached } from './cache.ts';
import {
  type AdditionalRecords,
  type DnsAnswer,
  type DnsSource,
  type RecordsOfType,
  type RecordType,
  timedOut,
} from './records.ts';
import type { ResolutionStep } from './target.ts';

/** How long DNS may be silent from the start before stale answers are used (RFC 8767 5 suggests 1.8 s per question). */
const staleAfterMs = 400;

/** A question that has been sent. Its answer waits until it is read. */
export interface Question<R> {
  readonly type: RecordType;
  readonly name: string;
  readonly atMs: number;
  readonly answered: Promise<{
    readonly answer: DnsAnswer<R>;
    readonly from: ResolutionStep['from'];
    readonly staleBecause?: string;
    readonly ms: number;
  }>;
}

/** The result of reading one answer. */
interface Reading<T> {
  readonly value: T;
  readonly lines: readonly string[];
}

export class Inquiry {
  readonly trace: ResolutionStep[] = [];
  readonly #source: DnsSource;
  readonly #cache: AnswerCache;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #endsAt: number;
  readonly #questionMs: number;
  readonly #asked = new Map<string, Question<unknown>>();
  /**
   * Additional records of earlier answers. They are used only within this resolution: a server of one domain must not
   * fill the cache of another (RFC 2181 5.4.1).
   */
  readonly #additional = new Map<string, AdditionalRecords>();

  constructor(source: DnsSource, cache: AnswerCache, now: () => number, deadlineMs: number) {
    this.#source = source;
    this.#cache = cache;
    this.#now = now;
    this.#startedAt = now();
    this.#endsAt = this.#startedAt + deadlineMs;
    // A server that ignores one type of question must leave time for the others.
    this.#questionMs = deadlineMs / 2;
  }

  get expired(): boolean {
    return this.#now() >= this.#endsAt;
  }

  /** Asks the question unless it has been asked before. */
  ask<T extends RecordType>(type: T, name: string): Question<RecordsOfType[T]> {
    const key = `${type} ${name}`;
    const before = this.#asked.get(key);
    if (before) return before as Question<RecordsOfType[T]>;
    const started = this.#now();
    const answered = this.#answer<RecordsOfType[T]>(key, () => this.#source.ask(type, name)).then(known => {
      if (known.answer.kind === 'records') this.#remember(known.answer.additional ?? []);
      return { ...known, ms: this.#now() - started };
    });
    const question = { type, name, atMs: started - this.#startedAt, answered };
    this.#asked.set(key, question);
    return question;
  }

  /**
   * Waits for the answer and adds it to the trace. `read` orders the records; it gets an empty list without records.
   */
  async read<R, T>(question: Question<R>, read: (records: readonly R[]) => Reading<T>): Promise<T> {
    const { answer, from, staleBecause, ms } = await question.answered;
    const { value, lines } = read(answer.kind === 'records' ? answer.records : []);
    const failure = answer.kind === 'records' ? staleBecause : answer.why;
    const dated = staleBecause === undefined && from !== 'additional section';
    this.trace.push({
      type: question.type,
      name: question.name,
      atMs: toTenths(question.atMs),
      ms: toTenths(ms),
      from,
      ...(answer.kind !== 'failed' && dated && { ttlSeconds: answer.ttlSeconds }),
      records: lines,
      ...(failure !== undefined && { failure }),
      ...(answer.kind === 'absent' && answer.alias !== undefined && { alias: answer.alias }),
    });
    return value;
  }

  #remember(additional: readonly AdditionalRecords[]): void {
    for (const one of additional) this.#additional.set(`${one.type} ${one.name}`, one);
  }

  async #answer<R>(
    key: string,
    question: () => Promise<DnsAnswer<R>>,
  ): Promise<{ answer: DnsAnswer<R>; from: ResolutionStep['from']; staleBecause?: string }> {
    const additional = this.#additional.get(key);
    if (additional) {
      // The TTL belongs to the answer that these records came with.
      const records = additional.records as readonly R[];
      return { answer: { kind: 'records', records, ttlSeconds: 0 }, from: 'additional section' };
    }
    const asked = () => this.#withinDeadline(key, this.#cache.ask(key, question));
    const { fromCache, ...known } = this.#cache.known<R>(key) ?? (await asked());
    return { ...known, from: fromCache ? 'cache' : 'DNS' };
  }

  /** An answer that is too late for this resolution still reaches the cache. */
  async #withinDeadline<R>(key: string, pending: Promise<Cached<R>>): Promise<Cached<R>> {
    const stale = this.#cache.stale<R>(key);
    const now = this.#now();
    const staleWait = stale ? this.#startedAt + staleAfterMs - now : Number.POSITIVE_INFINITY;
    const ms = Math.max(0, Math.min(staleWait, this.#questionMs, this.#endsAt - now));
    const timeoutResult: Cached<R> = stale
      ? { answer: stale, fromCache: true, staleBecause: timedOut }
      : { answer: { kind: 'failed', why: timedOut }, fromCache: false };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Cached<R>>(resolve => {
      timer = setTimeout(resolve, ms, timeoutResult);
    });
    try {
      return await Promise.race([pending, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
