// Why a token of a site is not believed, as the cause for which the call of its page is refused.

import type { DenialReason } from '../auth/authorization.ts';
import { type Cause, cause } from './cause.ts';
import { tokenCauses } from './causes/token.ts';

export function tokenCause(denial: DenialReason): Cause {
  return cause(isCause(denial) ? denial : 'bad-token');
}

function isCause(denial: string): denial is keyof typeof tokenCauses {
  return Object.hasOwn(tokenCauses, denial);
}
