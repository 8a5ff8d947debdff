// The non-INVITE client transaction (RFC 3261 17.1.2): executes the actions of its table.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import {
  type NonInviteClientAction,
  type NonInviteClientInput,
  type NonInviteClientState,
  nonInviteClientTable,
} from './non-invite-client-table.ts';
import type { Timer } from './timers.ts';
import type { ClientTransaction, ClientTransactionUser, TransactionHost } from './transaction.ts';

export class NonInviteClientTransaction implements ClientTransaction {
  readonly key: string;
  readonly vias: number;
  readonly flow: Flow;
  /** Both are kept until the final response. */
  #bytes: Buffer | undefined;
  #user: ClientTransactionUser | undefined;
  readonly #host: TransactionHost;
  #state: NonInviteClientState = 'Trying';
  #intervalE: number;
  #timerE: Timer | undefined;
  /** Timers F and K never run at the same time. */
  #lifetimeTimer: Timer | undefined;

  constructor(
    host: TransactionHost,
    key: string,
    request: SipRequest,
    bytes: Buffer,
    flow: Flow,
    user: ClientTransactionUser,
  ) {
    this.#host = host;
    this.key = key;
    this.vias = request.headers.all('Via').length;
    this.#bytes = bytes;
    this.flow = flow;
    this.#user = user;
    this.#intervalE = host.timers.values.t1;
  }

  start(): void {
    const { timers } = this.#host;
    if (!this.flow.reliable) this.#timerE = timers.start(this.#intervalE, onTimerE, this);
    this.#lifetimeTimer = timers.start(timers.values.lifetime, onTimerF, this);
    this.flow.send(this.#bytes!);
  }

  receive(response: SipResponse): void {
    this.#input(response.status < 200 ? 'provisional' : 'final', response);
  }

  transportFailed(error: Error): void {
    this.#input('transportError', undefined, error);
  }

  terminate(): void {
    if (this.#state === 'Terminated') return;
    this.#state = 'Terminated';
    this.#release();
  }

  /** Called by a timer without a closure. */
  fired(input: 'timerE' | 'timerF' | 'timerK'): void {
    this.#input(input);
  }

  #input(input: NonInviteClientInput, response?: SipResponse, error?: Error): void {
    const before = this.#state;
    const step = nonInviteClientTable[before][input];
    this.#state = step.state;
    for (const action of step.actions) this.#perform(action, response, error);
    if (this.#state === 'Terminated' && before !== 'Terminated') this.#release();
  }

  #perform(action: NonInviteClientAction, response?: SipResponse, error?: Error): void {
    const { timers } = this.#host;
    switch (action) {
      case 'deliver':
        this.#user?.received(response!);
        break;
      case 'resend':
        this.flow.send(this.#bytes!);
        break;
      case 'timeOut':
        this.#user?.timedOut();
        break;
      case 'fail':
        this.#user?.transportFailed(error!);
        break;
      case 'stopE':
        timers.stop(this.#timerE);
        this.#timerE = undefined;
        break;
      case 'backOffE':
        this.#intervalE = Math.min(this.#intervalE * 2, timers.values.t2);
        this.#timerE = timers.start(this.#intervalE, onTimerE, this);
        break;
      case 'slowE':
        this.#timerE = timers.start(timers.values.t2, onTimerE, this);
        break;
      case 'startK': {
        timers.stop(this.#lifetimeTimer);
        this.#bytes = undefined;
        this.#user = undefined;
        const ms = timers.values.absorb(this.flow.reliable);
        if (ms === 0) onTimerK(this);
        else this.#lifetimeTimer = timers.start(ms, onTimerK, this);
      }
    }
  }

  #release(): void {
    const { timers } = this.#host;
    timers.stop(this.#timerE);
    timers.stop(this.#lifetimeTimer);
    this.#host.terminated(this);
  }
}

const onTimerE = (transaction: NonInviteClientTransaction) => transaction.fired('timerE');
const onTimerF = (transaction: NonInviteClientTransaction) => transaction.fired('timerF');
const onTimerK = (transaction: NonInviteClientTransaction) => transaction.fired('timerK');
