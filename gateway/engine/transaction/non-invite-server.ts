// The non-INVITE server transaction (RFC 3261 17.2.2): executes the actions of its table.

import type { Flow } from '../transport/transport.ts';
import {
  type NonInviteServerAction,
  type NonInviteServerInput,
  type NonInviteServerState,
  nonInviteServerTable,
} from './non-invite-server-table.ts';
import type { ResponsePath } from './response-path.ts';
import type { Timer } from './timers.ts';
import type { ServerTransaction, ServerTransactionUser, TransactionHost } from './transaction.ts';

export class NonInviteServerTransaction implements ServerTransaction {
  readonly key: string;
  readonly identity: string | undefined;
  readonly flow: Flow;
  user: ServerTransactionUser | undefined;
  readonly #path: ResponsePath;
  readonly #host: TransactionHost;
  #state: NonInviteServerState = 'Trying';
  /** The last response, for retransmissions. As text, because a buffer would keep its whole pool in memory. */
  #latest: string | undefined;
  #timerJ: Timer | undefined;

  constructor(
    host: TransactionHost,
    key: string,
    identity: string | undefined,
    flow: Flow,
    path: ResponsePath,
  ) {
    this.#host = host;
    this.key = key;
    this.identity = identity;
    this.flow = flow;
    this.#path = path;
  }

  get answered(): boolean {
    return this.#state === 'Completed' || this.#state === 'Terminated';
  }

  receive(): void {
    this.#input('request');
  }

  respond(status: number, bytes: Buffer): void {
    this.#input(status < 200 ? 'provisional' : 'final', bytes);
  }

  transportFailed(error: Error): void {
    this.#input('transportError', undefined, error);
  }

  terminate(): void {
    if (this.#state === 'Terminated') return;
    this.#state = 'Terminated';
    this.#release();
  }

  /** Called by timer J without a closure. */
  fired(): void {
    this.#input('timerJ');
  }

  #input(input: NonInviteServerInput, bytes?: Buffer, error?: Error): void {
    const before = this.#state;
    const step = nonInviteServerTable[before][input];
    this.#state = step.state;
    for (const action of step.actions) this.#perform(action, bytes, error);
    if (this.#state === 'Terminated' && before !== 'Terminated') this.#release();
  }

  #perform(action: NonInviteServerAction, bytes?: Buffer, error?: Error): void {
    switch (action) {
      case 'send':
        this.#latest = bytes!.toString('latin1');
        this.#path.send(bytes!, this);
        break;
      case 'resend':
        this.#path.send(Buffer.from(this.#latest!, 'latin1'), this);
        break;
      case 'fail':
        this.user?.transportFailed(error!);
        break;
      case 'startJ': {
        const { timers } = this.#host;
        const ms = timers.values.linger(this.flow.reliable);
        if (ms === 0) this.#input('timerJ');
        else this.#timerJ = timers.start(ms, onTimerJ, this);
      }
    }
  }

  #release(): void {
    this.#host.timers.stop(this.#timerJ);
    this.#host.terminated(this);
  }
}

const onTimerJ = (transaction: NonInviteServerTransaction) => transaction.fired();
