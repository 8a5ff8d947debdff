// The INVITE client transaction (RFC 3261 17.1.1): executes the actions of its table. Must not depend on dialogs: each
// response is passed on unchanged.

import type { SipRequest, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import type { Flow } from '../transport/transport.ts';
import { composeFailureAck } from './failure-ack.ts';
import {
  type InviteClientAction,
  type InviteClientInput,
  type InviteClientState,
  inviteClientTable,
} from './invite-client-table.ts';
import type { Timer } from './timers.ts';
import type { ClientTransaction, ClientTransactionUser, TransactionHost } from './transaction.ts';

export class InviteClientTransaction implements ClientTransaction {
  readonly key: string;
  readonly vias: number;
  readonly flow: Flow;
  /** Kept until a response shows that the request has arrived. */
  #bytes: Buffer | undefined;
  /** Kept until a failure is impossible, or its ACK is written. */
  #request: SipRequest | undefined;
  /** Kept until a failure: after a 2xx, others may follow. */
  #user: ClientTransactionUser | undefined;
  readonly #host: TransactionHost;
  #state: InviteClientState = 'Calling';
  #intervalA: number;
  #timerA: Timer | undefined;
  /** Timers B, C, D and M never run at the same time. */
  #lifetimeTimer: Timer | undefined;
  /** The ACK of a failure, as text: see invite-server.ts. */
  #ack: string | undefined;

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
    this.#request = request;
    this.#bytes = bytes;
    this.flow = flow;
    this.#user = user;
    this.#intervalA = host.timers.values.t1;
  }

  get state(): InviteClientState {
    return this.#state;
  }

  start(): void {
    const { timers } = this.#host;
    // 17.1.1.2: timer A runs only if the transport does not retransmit.
    if (!this.flow.reliable) this.#timerA = timers.start(this.#intervalA, onTimerA, this);
    this.#live(timers.values.b, onTimerB);
    this.flow.send(this.#bytes!);
  }

  receive(response: SipResponse): void {
    const { status } = response;
    this.#input(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure', response);
  }

  /** A CANCEL was sent: the wait for the final response is limited to 64*T1 (RFC 3261 9.1). */
  cancelled(): void {
    this.#input('cancelled');
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
  fired(input: 'timerA' | 'timerB' | 'timerC' | 'timerD' | 'timerM'): void {
    this.#input(input);
  }

  #input(input: InviteClientInput, response?: SipResponse, error?: Error): void {
    const before = this.#state;
    const step = inviteClientTable[before][input];
    this.#state = step.state;
    for (const action of step.actions) this.#perform(action, response, error);
    if (this.#state === 'Terminated' && before !== 'Terminated') this.#release();
  }

  #perform(action: InviteClientAction, response?: SipResponse, error?: Error): void {
    const { timers } = this.#host;
    const { values } = timers;
    switch (action) {
      case 'deliver':
        this.#user?.received(response!);
        break;
      case 'resend':
        this.flow.send(this.#bytes!);
        break;
      case 'acknowledge':
        this.#ack ??= serialize(composeFailureAck(this.#request!, response!)).toString('latin1');
        this.#request = undefined;
        this.flow.send(Buffer.from(this.#ack, 'latin1'));
        break;
      case 'expire':
        this.#user?.expired?.();
        break;
      case 'timeOut':
        this.#user?.timedOut();
        break;
      case 'fail':
        this.#user?.transportFailed(error!);
        break;
      case 'stopA':
        timers.stop(this.#timerA);
        this.#timerA = undefined;
        this.#bytes = undefined;
        break;
      case 'backOffA':
        this.#intervalA *= 2;
        this.#timerA = timers.start(this.#intervalA, onTimerA, this);
        break;
      case 'startB':
        this.#live(values.lifetime, onTimerB);
        break;
      case 'startC':
        this.#live(values.c, onTimerC);
        break;
      case 'startD':
        this.#user = undefined;
        this.#live(values.linger(this.flow.reliable), onTimerD);
        break;
      case 'startM':
        this.#request = undefined;
        this.#live(values.lifetime, onTimerM);
        break;
      case 'lingerForLate':
        this.#live(values.lifetime - values.b, onTimerM);
        break;
    }
  }

  #live(ms: number, callback: (transaction: InviteClientTransaction) => void): void {
    const { timers } = this.#host;
    timers.stop(this.#lifetimeTimer);
    if (ms === 0) callback(this);
    else this.#lifetimeTimer = timers.start(ms, callback, this);
  }

  #release(): void {
    const { timers } = this.#host;
    timers.stop(this.#timerA);
    timers.stop(this.#lifetimeTimer);
    this.#host.terminated(this);
  }
}

const onTimerA = (transaction: InviteClientTransaction) => transaction.fired('timerA');
const onTimerB = (transaction: InviteClientTransaction) => transaction.fired('timerB');
const onTimerC = (transaction: InviteClientTransaction) => transaction.fired('timerC');
const onTimerD = (transaction: InviteClientTransaction) => transaction.fired('timerD');
const onTimerM = (transaction: InviteClientTransaction) => transaction.fired('timerM');
