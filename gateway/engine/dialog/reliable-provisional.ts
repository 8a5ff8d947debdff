// Provisional responses that are repeated until their PRACK (RFC 3262), the server's side.

import { randomInt } from 'node:crypto';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Answer, Sent } from './application.ts';

class Provisional {
  readonly owner: ReliableProvisionals;
  readonly status: number;
  readonly bytes: Buffer;
  interval: number;
  repeat: Timer | undefined;
  patience: Timer | undefined;

  constructor(owner: ReliableProvisionals, status: number, bytes: Buffer, interval: number) {
    this.owner = owner;
    this.status = status;
    this.bytes = bytes;
    this.interval = interval;
  }
}

export class ReliableProvisionals {
  readonly #timers: Timers;
  readonly #transaction: ServerTransaction;
  readonly #unacknowledged: () => void;
  readonly #waiting = new Map<number, Provisional>();
  // RFC 3262 3: "The value of the header field for the first reliable provisional response SHOULD be
  // chosen uniformly between 1 and 2**31 - 1". Kept low enough that counting on never leaves the range.
  #rseq = randomInt(1, 2 ** 30);
  /** True while a reliable response is composed, which needs a Contact. */
  sending = false;

  constructor(timers: Timers, transaction: ServerTransaction, unacknowledged: () => void) {
    this.#timers = timers;
    this.#transaction = transaction;
    this.#unacknowledged = unacknowledged;
  }

  /** Numbers the answer and hands it to `respond`. RSeq is ours to assign, not the application's. */
  send(answer: Answer, respond: (numbered: Answer) => Sent | string): Sent | string {
    const rseq = this.#rseq + 1;
    this.sending = true;
    const sent = respond({ ...answer, fields: [...answer.fields, ['RSeq', String(rseq)]] });
    this.sending = false;
    if (typeof sent === 'string') return sent;
    this.#rseq = rseq;
    const provisional = new Provisional(this, answer.status, sent.bytes, this.#timers.values.t1);
    provisional.repeat = this.#timers.start(provisional.interval, onRepeat, provisional);
    provisional.patience = this.#timers.start(this.#timers.values.lifetime, onImpatient, provisional);
    this.#waiting.set(rseq, provisional);
    return sent;
  }

  /** Whether this PRACK's RAck names a response that still waits (RFC 3262 3); it waits no longer. */
  acknowledge(prack: SipRequest): boolean {
    const [rseq, number, method] = (prack.headers.get('RAck') ?? '').split(/[ \t]+/);
    const invite = parseCSeq(this.#transaction.request.headers.get('CSeq')!);
    if (Number(number) !== invite?.number || method !== 'INVITE') return false;
    const provisional = this.#waiting.get(Number(rseq));
    if (provisional === undefined) return false;
    this.#waiting.delete(Number(rseq));
    this.#settle(provisional);
    return true;
  }

  stop(): void {
    for (const provisional of this.#waiting.values()) this.#settle(provisional);
    this.#waiting.clear();
  }

  repeat(provisional: Provisional): void {
    // RFC 3262 3: doubled each time, with no cap at T2, and on every transport.
    provisional.interval *= 2;
    provisional.repeat = this.#timers.start(provisional.interval, onRepeat, provisional);
    this.#transaction.respond(provisional.status, provisional.bytes);
  }

  giveUp(): void {
    this.stop();
    this.#unacknowledged();
  }

  #settle(provisional: Provisional): void {
    this.#timers.stop(provisional.repeat);
    this.#timers.stop(provisional.patience);
  }
}

const onRepeat = (provisional: Provisional) => provisional.owner.repeat(provisional);
const onImpatient = (provisional: Provisional) => provisional.owner.giveUp();
