// What a PBX's refusal of an INVITE means: its status (RFC 3261 21) and what else it says of the reason.

import type { SrfResponse } from 'drachtio-srf';
import { type Cause, cause } from './cause.ts';
import { codecNames, withheldCodecs } from './codec-names.ts';
import type { Tried } from './transport-cause.ts';

/** What is read of a response; a drachtio-server may hand over none. */
export type PbxResponse = Pick<SrfResponse, 'body' | 'get'> | undefined;

/** `rang`: the telephone was ringing before. */
export function pbxCause(status: number, said: PbxResponse, tried: Tried, rang: boolean): Cause {
  const of = { ...tried, status };
  if (status < 300) return cause('pbx-answers-oddly', of);
  if (status < 400) return cause('pbx-redirects', of);
  switch (status) {
    case 401:
    case 407:
      return cause('pbx-asks-password', of);
    case 403:
      return cause('pbx-forbids', of);
    case 433:
      return cause('pbx-refuses-anonymous', of);
    case 404:
    case 410:
    case 416:
    case 484:
    case 485:
    case 604:
      return cause('pbx-lacks-user', of);
    case 408:
    case 487:
      return cause('no-answer');
    case 480:
      return rang ? cause('no-answer') : cause('phone-unavailable', of);
    case 415:
    case 488:
    case 606:
      return codecsRefused(codecNames(said?.body ?? ''), of);
    case 420:
    case 421:
    case 494:
      return cause('pbx-asks-extension', { ...of, extensions: extensionsIn(said) });
    case 482:
    case 483:
      return cause('pbx-loops', of);
    case 486:
    case 600:
      return cause('busy', of);
    case 603:
    case 607:
    case 608:
      return cause('declined', of);
    case 503:
      return cause('pbx-takes-no-calls', of);
    default:
      return cause(status >= 500 && status < 600 ? 'pbx-fails' : 'pbx-refuses', of);
  }
}

function codecsRefused(named: string | undefined, of: Tried & { readonly status: number }): Cause {
  const takes = named ?? 'it does not say';
  const missing = withheldCodecs(of.offered, named);
  return missing
    ? cause('visitor-lacks-codecs', { ...of, missing, takes })
    : cause('pbx-refuses-codecs', { ...of, takes });
}

function extensionsIn(said: PbxResponse): string {
  const named = [said?.get('Unsupported'), said?.get('Require')].filter(Boolean);
  return named.join(', ') || 'it does not say which';
}
