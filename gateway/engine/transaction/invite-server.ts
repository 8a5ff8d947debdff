// The INVITE server transaction (RFC 3261 17.2.1): executes the actions of its table. Must not depend on the meaning of
// a response: it receives a status and the bytes.

import type { SipRequest } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import {
  type InviteServerAction,
  type InviteServerInput,
  type InviteServerState,
  inviteServerTable,
} from './invite-server-table.ts';
import type { ResponsePath } from './response-path.ts';
import type { Timer } from './timers.ts';
import type { ServerTransaction, ServerTransactionUser, TransactionHost } from './transaction.ts';

export class InviteServerTransaction implements ServerTransaction {
  readonly key: string;
  readonly identity: string | undefined;
  readonly flow: Flow;
  user: ServerTransactionUser | undefined;
  readonly #path: ResponsePath;
  readonly #host: TransactionHost;
  #state: InviteServerState = 'Proceeding';
  /** The last response, for retransmissions. As text, because a buffer would keep its whole pool in memory. */
  #latest: string | undefined;
  #intervalG: number;
  #timerG: Timer | undefined;
  /** Timers H, I and L never run at the same time. */
  #lifetimeTimer: Timer | undefined;

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
    this.#intervalG = host.timers.values.t1;
  }

  get state(): InviteServerState {
    return this.#state;
  }

  get answered(): boolean {
    return this.#state !== 'Proceeding';
  }

  receive(request: SipRequest): void {
    this.#input(request.method === 'ACK' ? 'ack' : 'invite', undefined, request);
  }

  respond(status: number, bytes: Buffer): void {
    this.#input(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure', bytes);
  }

  transportFailed(error: Error): void {
    this.#input('transportError', undefined, undefined, error);
  }

  terminate(): void {
    if (this.#state === 'Terminated') return;
    this.#state = 'Terminated';
    this.#release();
  }

  /** Called by a timer without a closure. */
  fired(input: 'timerG' | 'timerH' | 'timerI' | 'timerL'): void {
    this.#input(input);
  }

  #input(input: InviteServerInput, bytes?: Buffer, request?: SipRequest, error?: Error): void {
    const before = this.#state;
    const step = inviteServerTable[before][input];
    this.#state = step.state;
    for (const action of step.actions) this.#perform(action, bytes, request, error);
    if (this.#state === 'Terminated' && before !== 'Terminated') this.#release();
  }

  #perform(action: InviteServerAction, bytes?: Buffer, request?: SipRequest, error?: Error): void {
    const { timers } = this.#host;
    const { values } = timers;
    switch (action) {
      case 'send':
        this.#latest = bytes!.toString('latin1');
        this.#path.send(bytes!, this);
        break;
      case 'resend':
        if (this.#latest !== undefined) this.#path.send(Buffer.from(this.#latest, 'latin1'), this);
        break;
      case 'deliverAck':
        this.user?.acknowledged?.(request!);
        break;
      case 'timeOut':
        this.user?.unacknowledged?.();
        break;
      case 'fail':
        this.user?.transportFailed(error!);
        break;
      case 'startG':
        if (!this.flow.reliable) this.#timerG = timers.start(this.#intervalG, onTimerG, this);
        break;
      case 'backOffG':
        this.#intervalG = Math.min(this.#intervalG * 2, values.t2);
        this.#timerG = timers.start(this.#intervalG, onTimerG, this);
        break;
      case 'stopG':
        timers.stop(this.#timerG);
        break;
      case 'startH':
        this.#live(values.lifetime, onTimerH);
        break;
      case 'startI':
        this.#live(values.absorb(this.flow.reliable), onTimerI);
        break;
      case 'startL':
        this.#live(values.lifetime, onTimerL);
        break;
    }
  }

  #live(ms: number, callback: (transaction: InviteServerTransaction) => void): void {
    const { timers } = this.#host;
    timers.stop(this.#lifetimeTimer);
    if (ms === 0) callback(this);
    else this.#lifetimeTimer = timers.start(ms, callback, this);
  }

  #release(): void {
    const { timers } = this.#host;
    timers.stop(this.#timerG);
    timers.stop(this.#lifetimeTimer);
    this.#host.terminated(this);
  }
}

const onTimerG = (transaction: InviteServerTransaction) => transaction.fired('timerG');
const onTimerH = (transaction: InviteServerTransaction) => transaction.fired('timerH');
const onTimerI = (transaction: InviteServerTransaction) => transaction.fired('timerI');
const onTimerL = (transaction: InviteServerTransaction) => transaction.fired('timerL');
