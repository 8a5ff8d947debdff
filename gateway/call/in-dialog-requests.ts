// Requests in the dialogs of a call that are neither offers nor BYE. Each is performed, or refused with the status of
// the standard. None is answered with 200 and dropped.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { CallId, MediaRelay } from '../media/relay.ts';
import { type Digit, readDigit } from './digits.ts';
import { asksForPicture, MEDIA_CONTROL } from './media-control.ts';

/** The methods that the gateway takes (RFC 3261 20.5). */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK';
/** The same toward PBXs, and toward a page whose digits are carried by INFO. */
export const ALLOW_INFO = `${ALLOW}, INFO`;
const ACCEPT = 'application/sdp';

/** Sends a digit of the visitor's to the PBX; resolves to the status of its answer. */
export type SendDigit = (digit: Digit) => Promise<number>;

/** The requests by INFO that are performed; absent where they are refused. */
export interface Performs {
  readonly sendDigit?: SendDigit | undefined;
  /** Asks the browser for a whole picture; resolves to false where it sends none. */
  readonly requestPicture?: (() => Promise<boolean>) | undefined;
}

/** Where the relay can ask a browser for a picture. */
export function pictureOf(media: MediaRelay, call: CallId): Performs {
  if (!media.requestPicture) return {};
  return { requestPicture: async () => (await media.requestPicture?.(call)) ?? false };
}

export async function answerOther(
  request: SrfRequest,
  response: SrfResponse,
  performs: Performs = {},
): Promise<void> {
  switch (request.method) {
    case 'INFO':
      await answerInfo(request, response, performs);
      return;
    case 'OPTIONS':
      response.send(200, { headers: { Allow: ALLOW, Accept: ACCEPT } });
      return;
    case 'REFER':
      // A call is not moved elsewhere: a transfer would lead out of the fence.
      response.send(603);
      return;
    case 'SUBSCRIBE':
    case 'NOTIFY':
      // RFC 6665: there is no event here to subscribe to.
      response.send(489);
      return;
    case 'PRACK':
    case 'BYE':
      response.send(481);
      return;
    case 'ACK':
      return;
    default:
      response.send(405, { headers: { Allow: ALLOW } });
  }
}

async function answerInfo(
  request: SrfRequest,
  response: SrfResponse,
  { sendDigit, requestPicture }: Performs,
): Promise<void> {
  if (request.has('Info-Package')) {
    refusePackage(response);
    return;
  }
  const type = (request.get('Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!request.body) {
    // RFC 2976 2.2: without a body the INFO only checks whether the call is up.
    response.send(200);
    return;
  }
  if (requestPicture && type === MEDIA_CONTROL) {
    if (!asksForPicture(request.body)) response.send(400);
    else response.send((await requestPicture()) ? 200 : 488);
    return;
  }
  if (!sendDigit || (type !== 'application/dtmf-relay' && type !== 'application/dtmf')) {
    const known = [
      ...(sendDigit ? ['application/dtmf-relay'] : []),
      ...(requestPicture ? [MEDIA_CONTROL] : []),
    ];
    response.send(415, { headers: { Accept: known.join(', ') || ACCEPT } });
    return;
  }
  const digit = readDigit(type, request.body);
  if (!digit) {
    response.send(400);
    return;
  }
  const status = await sendDigit(digit);
  if (status < 300) response.send(200);
  else response.send(status === 405 || status === 415 ? 415 : 500);
}

/** RFC 6086 4.2.3. drachtio-srf knows no 469, and sends no status that it does not know. */
function refusePackage(response: SrfResponse): void {
  response.status = 469;
  response.msg.status = 469;
  response.msg.reason = 'Bad Info Package';
  response.agent.sendResponse(response, { headers: { 'Recv-Info': '' } });
}
