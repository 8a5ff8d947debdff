// Between transports and transactions: parses incoming bytes, refuses malformed messages, and passes on the others. An
// exception during the processing of a message ends here.

import type { ErrorBoundary } from '../error-boundary.ts';
import { tagOf } from '../message/address.ts';
import type { ParseFailure, SipRequest, SipResponse } from '../message/message.ts';
import { completeOldRequest } from '../message/old-request.ts';
import { parseMessage } from '../message/parse.ts';
import { checkRequest } from '../message/sanity.ts';
import type { Flow, FlowUser } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import type { TransactionLayer } from './transaction-layer.ts';

export interface IncomingMessagesLog {
  debug(fields: object, text: string): void;
}

/** Called for each message that was refused for its form, except on connections that we opened. */
export type OnMalformed = (flow: Pick<Flow, 'transport' | 'remote' | 'reliable' | 'label'>) => void;

export class IncomingMessages implements FlowUser {
  readonly #log: IncomingMessagesLog;
  readonly #faults: Pick<ErrorBoundary, 'guard'>;
  readonly #onMalformed: OnMalformed;
  #transactions: TransactionLayer | undefined;

  constructor(
    log: IncomingMessagesLog,
    faults: Pick<ErrorBoundary, 'guard'>,
    onMalformed: OnMalformed = () => {},
  ) {
    this.#log = log;
    this.#faults = faults;
    this.#onMalformed = onMalformed;
  }

  /** Until then all incoming messages are dropped. */
  open(transactions: TransactionLayer): void {
    this.#transactions = transactions;
  }

  guard(work: () => void): boolean {
    return this.#faults.guard(work);
  }

  received(bytes: Buffer, flow: Flow): void {
    this.#faults.guard(() => this.#receive(bytes, flow));
  }

  flowClosed(flow: Flow, error?: Error): void {
    const cause = error ?? new TransportError('ECLOSED', 'the peer closed the connection');
    this.#faults.guard(() => this.#transactions?.flowClosed(flow, cause));
  }

  #receive(bytes: Buffer, flow: Flow): void {
    const transactions = this.#transactions;
    if (transactions === undefined) return;
    const message = parseMessage(bytes);
    if (message.kind === 'failure') this.#refuse(message, bytes.length, flow, transactions);
    else if (message.kind === 'response') {
      flow.unreadable = isUsable(message) ? undefined : 'Via, CSeq, From or To is missing';
      if (flow.unreadable === undefined) transactions.receiveResponse(message, flow);
      else this.#log.debug({ status: message.status, remote: flow.remote }, 'response dropped');
    } else {
      flow.unreadable = undefined;
      const refusal = checkRequest(message) ?? checkIdentifiers(message);
      if (refusal === undefined) {
        completeOldRequest(message);
        transactions.receiveRequest(message, flow, bytes.length);
        return;
      }
      transactions.refuse(message, flow, refusal, bytes.length);
      if (refusal.status === 400 && !flow.ours) this.#onMalformed(flow);
    }
  }

  #refuse(failure: ParseFailure, size: number, flow: Flow, transactions: TransactionLayer): void {
    flow.unreadable = failure.reason;
    this.#log.debug({ reason: failure.reason, remote: flow.remote }, 'message refused');
    if (!flow.ours) this.#onMalformed(flow);
    if (failure.partial !== undefined) transactions.refuse(failure.partial, flow, failure, size);
  }
}

/**
 * Of a response, only the fields that this engine reads are checked. A response has an effect only with a branch that
 * this engine made. SIPp and some phones repeat the To tag, which is no reason to lose the call.
 */
function isUsable({ headers }: SipResponse): boolean {
  return headers.has('Via') && headers.has('CSeq') && headers.has('From') && headers.has('To');
}

/** Call-ID and tag identify a dialog in frames with fields separated by `|`. Neither grammar allows that character. */
function checkIdentifiers(request: SipRequest): { status: number; reason: string } | undefined {
  const { headers } = request;
  if (!printable.test(headers.get('Call-ID')!)) return { status: 400, reason: 'Bad Call-ID' };
  // An RFC 2543 peer sends no tag.
  return printable.test(tagOf(headers.get('From')!) ?? '-')
    ? undefined
    : { status: 400, reason: 'Bad From Tag' };
}

const printable = /^[!-{}~]+$/;
