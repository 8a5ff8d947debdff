// Requests that the user agent refuses before an application sees them: requests that cross others, come out of order,
// or ask for a session that is too short (RFC 3261 12.2.2, 14.2, RFC 3311 5.2, RFC 3262 3, RFC 4028 9).

import { randomInt } from 'node:crypto';
import { createResponse } from '../message/compose.ts';
import type { SipRequest } from '../message/message.ts';
import { isKnownMethod } from '../message/methods.ts';
import { serialize } from '../message/serialize.ts';
import { newTag } from '../transaction/identifiers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { RequestDraft } from './application.ts';
import type { Dialog } from './dialog.ts';
import { intervalTooSmall } from './session-timer.ts';

/** Sends a response of the engine itself, before an application is involved. */
export function respond(
  request: SipRequest,
  transaction: ServerTransaction,
  status: number,
  fields: RequestDraft['fields'] = [],
): void {
  const response = createResponse(request, status, undefined, newTag());
  if (status === 503) response.headers.append('Retry-After', '5');
  for (const [name, value] of fields) response.headers.append(name, value);
  transaction.respond(status, serialize(response));
}

/** Whether a request in a dialog was refused here. */
export function refused(request: SipRequest, transaction: ServerTransaction, dialog: Dialog): boolean {
  const refusal = refusalOf(request, dialog);
  if (refusal !== undefined) respond(request, transaction, refusal.status, refusal.fields);
  return refusal !== undefined;
}

interface Refusal {
  readonly status: number;
  readonly fields: RequestDraft['fields'];
}

/** Undefined for a request that may proceed. In a dialog, its CSeq is stored. */
export function refusalOf(request: SipRequest, dialog: Dialog | undefined): Refusal | undefined {
  if (dialog !== undefined) {
    if (!inDialogMethods.has(request.method))
      return { status: unknownStatus(request.method), fields: allowed };
    const status = dialog.accept(request) ? crossing(dialog, request) : 500;
    if (status !== undefined) return { status, fields: status === 500 ? retryAfter() : [] };
  }
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return undefined;
  const fields = intervalTooSmall(request);
  return fields === undefined ? undefined : { status: 422, fields };
}

/** The methods that drachtio-srf's dialogs accept. It prints the unfiltered name of any other method to the console. */
const inDialogMethods: ReadonlySet<string> = new Set([
  ...[
    'INVITE',
    'BYE',
    'UPDATE',
    'PRACK',
    'INFO',
    'REFER',
    'OPTIONS',
    'MESSAGE',
    'NOTIFY',
    'SUBSCRIBE',
    'PUBLISH',
  ],
]);
const allowed: RequestDraft['fields'] = [['Allow', ['ACK', 'CANCEL', ...inDialogMethods].join(', ')]];

/** RFC 3261 8.2.1, RFC 4475 3.1.1.2. */
function unknownStatus(method: string): number {
  return isKnownMethod(method) ? 405 : 501;
}

function crossing(dialog: Dialog, request: SipRequest): number | undefined {
  const { outgoingInvite, incomingInvite, incomingUpdate } = dialog;
  switch (request.method) {
    case 'INVITE':
      // RFC 3261 14.2.
      if (outgoingInvite !== undefined) return 491;
      if (incomingInvite !== undefined && !incomingInvite.lost)
        return incomingInvite.transaction.answered ? 491 : 500;
      return glare(dialog);
    case 'UPDATE':
      // RFC 3311 5.2: a previous UPDATE of the peer has no answer, or this one has an offer and another offer is open.
      if (incomingUpdate !== undefined) return 500;
      return request.body.length > 0 ? glare(dialog) : undefined;
    case 'PRACK':
      return incomingInvite?.acknowledgeProvisional(request) === true ? undefined : 481;
    default:
      return undefined;
  }
}

/** RFC 3311 5.2: the offer crosses one of ours, or follows one of theirs that has no answer yet. */
function glare({ openOffer }: Dialog): number | undefined {
  if (openOffer === undefined) return undefined;
  return openOffer === 'ours' ? 491 : 500;
}

/** "a randomly chosen value between 0 and 10 seconds". */
function retryAfter(): RequestDraft['fields'] {
  return [['Retry-After', String(randomInt(0, 11))]];
}
