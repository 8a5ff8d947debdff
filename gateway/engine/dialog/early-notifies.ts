// NOTIFYs that overtook the 2xx of their SUBSCRIBE (RFC 6665 4.1.2.4). Applications know no dialog before the 2xx,
// so these wait for it here, no longer than the SUBSCRIBE for its answer. Must not know how a request is answered.

import { tagOf } from '../message/address.ts';
import type { SipRequest } from '../message/message.ts';
import { parseParams } from '../message/params.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import { dialogId } from './dialog.ts';

/** For one SUBSCRIBE: as many as may come of the forks of an INVITE. */
const maxHeld = 16;
/**
 * From the answer to the first NOTIFY, in ms. drachtio-srf answers a NOTIFY by itself while nobody listens, and
 * nobody can before the application has its dialog.
 */
const headStart = 50;

type Notify = readonly [request: SipRequest, transaction: ServerTransaction];

interface Expectation {
  readonly held: Notify[];
  release: Timer | undefined;
}

export class EarlyNotifies {
  readonly #timers: Timers;
  readonly #deliver: (...notify: Notify) => void;
  /** One for each SUBSCRIBE under way, and those whose NOTIFYs are about to be delivered. */
  readonly #expected = new Map<string, Expectation>();

  constructor(timers: Timers, deliver: (...notify: Notify) => void) {
    this.#timers = timers;
    this.#deliver = deliver;
  }

  /** A SUBSCRIBE leaves that belongs to no dialog yet. */
  expect(subscribe: SipRequest): void {
    const key = keyOf(subscribe, 'From');
    const known = this.#expected.get(key);
    if (known === undefined) this.#expected.set(key, { held: [], release: undefined });
    else this.#timers.stop(known.release);
  }

  /** Whether such a NOTIFY may wait. */
  expects(request: SipRequest): boolean {
    return request.method === 'NOTIFY' && this.#expected.has(keyOf(request, 'To'));
  }

  /** "a NOTIFY is matched to such a SUBSCRIBE" by Call-ID, our tag and Event. Whether it waits now. */
  hold(request: SipRequest, transaction: ServerTransaction): boolean {
    if (request.method !== 'NOTIFY') return false;
    const held = this.#expected.get(keyOf(request, 'To'))?.held;
    if (held === undefined || held.length >= maxHeld) return false;
    held.push([request, transaction]);
    return true;
  }

  /** The SUBSCRIBE has its final response, or will have none. */
  settle(subscribe: SipRequest): void {
    const key = keyOf(subscribe, 'From');
    const expectation = this.#expected.get(key);
    if (expectation === undefined) return;
    this.#timers.stop(expectation.release);
    if (expectation.held.length === 0) this.#expected.delete(key);
    else expectation.release = this.#timers.start(headStart, () => this.#release(key), undefined);
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

/** RFC 6665 8.2.1: of an Event, the type and the `id` are compared. */
function keyOf({ headers }: SipRequest, ours: 'From' | 'To'): string {
  const event = headers.get('Event') ?? '';
  const end = event.indexOf(';');
  const type = (end < 0 ? event : event.slice(0, end)).trim();
  const id = end < 0 ? undefined : parseParams(event, end)?.get('id');
  return `${dialogId(headers.get('Call-ID')!, tagOf(headers.get(ours)!) ?? '')} ${type};${id ?? ''}`;
}
