// Why a token of a site is not believed, as the cause for which the call of its page is refused.

import type { Objection } from '../entrance/entrance.ts';
import { type Cause, cause } from './cause.ts';
import { tokenCauses } from './causes/token.ts';

export function tokenCause(objection: Objection): Cause {
  return cause(isCause(objection) ? objection : 'bad-token');
}

function isCause(objection: string): objection is keyof typeof tokenCauses {
  return Object.hasOwn(tokenCauses, objection);
}
