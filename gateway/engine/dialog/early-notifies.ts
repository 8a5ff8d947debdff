// NOTIFYs that arrived before the 2xx of their SUBSCRIBE (RFC 6665 4.1.2.4). Applications have no dialog before the
// 2xx, so these NOTIFYs wait here, at most until the SUBSCRIBE has its answer. Must not depend on how a request is
// answered.

import { tagOf } from '../message/address.ts';
import type { SipRequest } from '../message/message.ts';
import { parseParams } from '../message/params.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import { dialogId } from './dialog.ts';

/** Per SUBSCRIBE: as many NOTIFYs as an INVITE may have forks. */
const maxHeld = 16;
/**
 * Delay between the answer and the first NOTIFY, in ms. drachtio-srf itself answers a NOTIFY that has no listener, and
 * an application cannot add a listener before it has its dialog.
 */
const deliveryDelay = 50;

type Notify = readonly [request: SipRequest, transaction: ServerTransaction];

interface Expectation {
  readonly held: Notify[];
  release: Timer | undefined;
}

export class EarlyNotifies {
  readonly #timers: Timers;
  readonly #deliver: (...notify: Notify) => void;
  /** One entry per SUBSCRIBE under way, and per SUBSCRIBE whose NOTIFYs are about to be delivered. */
  readonly #expected = new Map<string, Expectation>();

  constructor(timers: Timers, deliver: (...notify: Notify) => void) {
    this.#timers = timers;
    this.#deliver = deliver;
  }

  /** A SUBSCRIBE outside any dialog is sent. */
  expect(subscribe: SipRequest): void {
    const key = keyOf(subscribe, 'From');
    const known = this.#expected.get(key);
    if (known === undefined) this.#expected.set(key, { held: [], release: undefined });
    else this.#timers.stop(known.release);
  }

  /** Whether the NOTIFY matches a SUBSCRIBE under way and may wait. */
  expects(request: SipRequest): boolean {
    return request.method === 'NOTIFY' && this.#expected.has(keyOf(request, 'To'));
  }

  /**
   * "a NOTIFY is matched to such a SUBSCRIBE" by Call-ID, local tag and Event. Returns whether the NOTIFY now waits.
   */
  hold(request: SipRequest, transaction: ServerTransaction): boolean {
    if (request.method !== 'NOTIFY') return false;
    const held = this.#expected.get(keyOf(request, 'To'))?.held;
    if (held === undefined || held.length >= maxHeld) return false;
    held.push([request, transaction]);
    return true;
  }

  /** The SUBSCRIBE has its final response, or will get none. */
  settle(subscribe: SipRequest): void {
    const key = keyOf(subscribe, 'From');
    const expectation = this.#expected.get(key);
    if (expectation === undefined) return;
    this.#timers.stop(expectation.release);
    if (expectation.held.length === 0) this.#expected.delete(key);
    else expectation.release = this.#timers.start(deliveryDelay, () => this.#release(key), undefined);
  }

  clear(): void {
    for (const { release } of this.#expected.values()) this.#timers.stop(release);
    this.#expected.clear();
  }

  #release(key: string): void {
    const held = this.#expected.get(key)?.held ?? [];
    this.#expected.delete(key);
    for (const notify of held) this.#deliver(...notify);
  }
}

/** RFC 6665 8.2.1: only the type and the `id` of Event are compared. */
function keyOf({ headers }: SipRequest, ours: 'From' | 'To'): string {
  const event = headers.get('Event') ?? '';
  const end = event.indexOf(';');
  const type = (end < 0 ? event : event.slice(0, end)).trim();
  const id = end < 0 ? undefined : parseParams(event, end)?.get('id');
  return `${dialogId(headers.get('Call-ID')!, tagOf(headers.get(ours)!) ?? '')} ${type};${id ?? ''}`;
}
