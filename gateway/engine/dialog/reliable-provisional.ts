// Reliable provisional responses of a UAS (RFC 3262): sent one after the other, each retransmitted until its PRACK.

import { randomInt } from 'node:crypto';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Answer, Sent } from './application.ts';

interface Provisional {
  readonly rseq: number;
  readonly status: number;
  readonly bytes: Buffer;
  readonly described: boolean;
}

/** More than any real call needs. The engine refuses further ones with an error to the application. */
const maxWaiting = 16;

export class ReliableProvisionals {
  readonly #timers: Timers;
  readonly #invite: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #unacknowledged: () => void;
  /** The first one has been sent. The others wait for its PRACK. */
  #waiting: Provisional[] = [];
  // RFC 3262 3: "The value of the header field for the first reliable provisional response SHOULD be chosen uniformly
  // between 1 and 2**31 - 1". The limit is lower, so that later numbers stay in the range.
  #rseq = randomInt(1, 2 ** 30);
  #interval = 0;
  #repeat: Timer | undefined;
  #deadline: Timer | undefined;
  #afterwards: (() => void) | undefined;
  /** True while a reliable response is being composed and sent. Such a response needs a Contact. */
  sending = false;
  /** Whether one of them had a session description. */
  described = false;

  constructor(
    timers: Timers,
    invite: SipRequest,
    transaction: ServerTransaction,
    unacknowledged: () => void,
  ) {
    this.#timers = timers;
    this.#invite = invite;
    this.#transaction = transaction;
    this.#unacknowledged = unacknowledged;
  }

  /** Numbers the answer and composes it with `respond`. The engine assigns RSeq, not the application. */
  send(answer: Answer, respond: (numbered: Answer) => Sent | string): Sent | string {
    if (this.#waiting.length >= maxWaiting) return 'too many provisional responses wait for their PRACK';
    const rseq = this.#rseq + 1;
    this.sending = true;
    const sent = respond({ ...answer, fields: [...answer.fields, ['RSeq', String(rseq)]] });
    this.sending = false;
    if (typeof sent === 'string') return sent;
    this.#rseq = rseq;
    const described = answer.body.length > 0;
    this.described ||= described;
    this.#waiting.push({ rseq, status: answer.status, bytes: sent.bytes, described });
    // "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged."
    if (this.#waiting.length === 1) this.#begin();
    return sent;
  }

  /** Whether the RAck of this PRACK names the waiting response (RFC 3262 3). If so, the next response is sent. */
  acknowledge(prack: SipRequest): boolean {
    const [rseq, number, method] = (prack.headers.get('RAck') ?? '').split(/[ \t]+/);
    const invite = parseCSeq(this.#invite.headers.get('CSeq')!);
    if (Number(number) !== invite?.number || method !== 'INVITE') return false;
    if (this.#waiting.length === 0 || this.#waiting[0]!.rseq !== Number(rseq)) return false;
    this.#waiting.shift();
    this.#settle();
    const afterwards = this.#afterwards;
    if (afterwards !== undefined && !this.holdsAnswer) {
      this.stop();
      afterwards();
    } else if (this.#waiting.length > 0) this.#begin();
    return true;
  }

  /** Whether a 2xx has to wait: "it MUST NOT send a final response until those [...] are acknowledged". */
  get holdsAnswer(): boolean {
    return this.#waiting.some(({ described }) => described);
  }

  /** Calls back once, when no response with a description waits for its PRACK. */
  whenDescribed(then: () => void): void {
    this.#afterwards = then;
  }

  stop(): void {
    this.#settle();
    this.#waiting = [];
    this.#afterwards = undefined;
  }

  repeat(): void {
    const provisional = this.#waiting[0];
    if (provisional === undefined) return;
    // RFC 3262 3: the interval doubles each time, has no limit at T2, and applies on every transport.
    this.#interval *= 2;
    this.#repeat = this.#timers.start(this.#interval, onRepeat, this);
    this.#transaction.respond(provisional.status, provisional.bytes);
  }

  giveUp(): void {
    this.stop();
    this.#unacknowledged();
  }

  #begin(): void {
    const { t1, lifetime } = this.#timers.values;
    this.#interval = t1;
    this.#repeat = this.#timers.start(t1, onRepeat, this);
    this.#deadline = this.#timers.start(lifetime, onDeadline, this);
    const { status, bytes } = this.#waiting[0]!;
    this.#transaction.respond(status, bytes);
  }

  #settle(): void {
    this.#timers.stop(this.#repeat);
    this.#timers.stop(this.#deadline);
  }
}

const onRepeat = (provisionals: ReliableProvisionals) => provisionals.repeat();
const onDeadline = (provisionals: ReliableProvisionals) => provisionals.giveUp();

export function requires100rel(answer: Answer): boolean {
  return answer.fields.some(([name, value]) => name === 'Require' && /\b100rel\b/i.test(value));
}

export function offers100rel(request: SipRequest): boolean {
  const { headers } = request;
  return [...headers.all('Supported'), ...headers.all('Require')].some(tag => tag.toLowerCase() === '100rel');
}
