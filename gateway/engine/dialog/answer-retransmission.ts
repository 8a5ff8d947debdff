// Retransmits the UAS's 2xx to an INVITE until its ACK arrives (RFC 3261 13.3.1.4). The transaction does not do this,
// because a 2xx is acknowledged end to end.

import type { Timer, Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';

export class AnswerRetransmission {
  readonly #timers: Timers;
  readonly #transaction: ServerTransaction;
  readonly #status: number;
  readonly #bytes: Buffer;
  readonly #unacknowledged: () => void;
  #interval: number;
  #repeat: Timer | undefined;
  #deadline: Timer | undefined;

  /** Starts immediately. `unacknowledged` is called if no ACK arrives within 64*T1. */
  constructor(
    timers: Timers,
    transaction: ServerTransaction,
    status: number,
    bytes: Buffer,
    unacknowledged: () => void,
  ) {
    this.#timers = timers;
    this.#transaction = transaction;
    this.#status = status;
    this.#bytes = bytes;
    this.#unacknowledged = unacknowledged;
    this.#interval = timers.values.t1;
    this.#deadline = timers.start(timers.values.lifetime, onDeadline, this);
    // Deviation: the RFC retransmits the 2xx on reliable transports too, because a proxy may have unreliable hops
    // behind it. Only such a proxy could lose the 2xx, and every peer tested works without.
    if (!transaction.flow.reliable) this.#repeat = timers.start(this.#interval, onRepeat, this);
  }

  stop(): void {
    this.#timers.stop(this.#repeat);
    this.#timers.stop(this.#deadline);
    this.#repeat = undefined;
    this.#deadline = undefined;
  }

  repeat(): void {
    this.#interval = Math.min(this.#interval * 2, this.#timers.values.t2);
    this.#repeat = this.#timers.start(this.#interval, onRepeat, this);
    this.#transaction.respond(this.#status, this.#bytes);
  }

  giveUp(): void {
    this.stop();
    this.#unacknowledged();
  }
}

const onRepeat = (retransmission: AnswerRetransmission) => retransmission.repeat();
const onDeadline = (retransmission: AnswerRetransmission) => retransmission.giveUp();
