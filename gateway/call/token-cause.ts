// Why the tokens of a site are not believed, as the cause for which its calls are refused.

import type { Objection } from '../entrance/entrance.ts';
import { type Cause, cause } from './cause.ts';

export function tokenCause(objection: Objection): Cause {
  switch (objection) {
    case 'token-expired':
    case 'token-not-yet-valid':
    case 'token-of-another-page':
      return cause(objection);
    default:
      return cause('token-bad');
  }
}
