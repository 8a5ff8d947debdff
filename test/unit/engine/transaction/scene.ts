// A transaction layer on a manual clock, with recording flows.

import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import type { SipRequest, SipResponse } from '../../../../gateway/engine/message/message.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';
import { Timers } from '../../../../gateway/engine/transaction/timers.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
  ServerTransaction,
} from '../../../../gateway/engine/transaction/transaction.ts';
import { TransactionLayer } from '../../../../gateway/engine/transaction/transaction-layer.ts';
import type { RemoteEndpoint } from '../../../../gateway/engine/transport/listen-point.ts';
import type { Flow } from '../../../../gateway/engine/transport/transport.ts';
import { ManualClock } from './manual-clock.ts';
import { RecordingFlow } from './recording-flow.ts';

export interface RequestChoices {
  readonly via?: string;
  readonly to?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly routes?: readonly string[];
}

export function request(method: string, choices: RequestChoices = {}): SipRequest {
  const {
    via = 'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-1',
    to = '<sip:b@x>',
    cseq = 7,
    routes = [],
  } = choices;
  return createRequest(method, 'sip:b@192.0.2.1', [
    ['Via', via],
    ...routes.map(route => ['Route', route] as const),
    ['From', '<sip:a@x>;tag=a'],
    ['To', to],
    ['Call-ID', choices.callId ?? 'call'],
    ['CSeq', `${cseq} ${method}`],
  ]);
}

export class Scene {
  readonly clock = new ManualClock();
  readonly timers: Timers;
  readonly layer: TransactionLayer;
  /** The events of the layer, as text. */
  readonly events: string[] = [];
  readonly requested: ServerTransaction[] = [];
  readonly #requests = new Map<ServerTransaction, SipRequest>();
  readonly cancels: { cancel: ServerTransaction; invite: ServerTransaction }[] = [];
  readonly #ways = new Map<SipRequest, Flow>();
  readonly dialled: RemoteEndpoint[] = [];
  /** The result of dialling; undefined for a failure. */
  reachable: RecordingFlow | undefined;

  constructor(limit = 100) {
    this.timers = new Timers(this.clock);
    const dial = (destination: RemoteEndpoint): Promise<Flow> => {
      this.dialled.push(destination);
      return this.reachable === undefined
        ? Promise.reject(new Error('refused'))
        : Promise.resolve(this.reachable);
    };
    this.layer = new TransactionLayer(
      {
        screen: () => undefined,
        requested: (request, transaction) => {
          this.requested.push(transaction);
          this.#requests.set(transaction, request);
          this.events.push(`requested ${request.method}`);
        },
        cancelled: (_request, cancel, invite) => this.cancels.push({ cancel, invite }),
        acknowledged: () => this.events.push('acknowledged'),
      },
      this.timers,
      dial,
      limit,
    );
  }

  flow(transport: Flow['transport'] = 'udp'): RecordingFlow {
    return new RecordingFlow(this.clock, transport);
  }

  /** Starts a client transaction whose branch is `z9hG4bK-1`. */
  send(
    method: string,
    flow: Flow,
    choices: RequestChoices = {},
  ): { transaction: ClientTransaction; sent: SipRequest } {
    const sent = request(method, choices);
    this.#ways.set(sent, flow);
    const start = method === 'INVITE' ? 'invite' : 'request';
    const transaction = this.layer[start](sent, serialize(sent), 'z9hG4bK-1', flow, this.#user());
    return { transaction, sent };
  }

  /** Arrives on the flow that the request used, unless another one is given. */
  answer(sent: SipRequest, status: number, tag = 'b', flow = this.#ways.get(sent)!): SipResponse {
    const response = createResponse(sent, status, undefined, tag);
    this.layer.receiveResponse(response, flow);
    return response;
  }

  respond(transaction: ServerTransaction, status: number): void {
    transaction.respond(
      status,
      serialize(createResponse(this.#requests.get(transaction)!, status, undefined, 'b')),
    );
  }

  #user(): ClientTransactionUser {
    return {
      received: response => this.events.push(`received ${response.status}`),
      timedOut: () => this.events.push('timed out'),
      transportFailed: error => this.events.push(`failed: ${error.message}`),
      expired: () => this.events.push('expired'),
    };
  }
}
