// Causes in the tokens of a site, for which calls are refused: those of auth/token-fault.ts that are the owner's to mend.

import { tokenFaults } from '../../auth/token-fault.ts';
import type { CauseEntry } from './entry.ts';

const refused = { outcome: 'token-refused', side: 'owner' } as const;

export const tokenCauses = {
  'bad-token': { ...refused, ...tokenFaults['bad-token'] },
  'token-of-another-gateway': { ...refused, ...tokenFaults['token-of-another-gateway'] },
  'token-expired': { ...refused, ...tokenFaults['token-expired'] },
  'token-not-yet-valid': { ...refused, ...tokenFaults['token-not-yet-valid'] },
  'token-too-long': { ...refused, ...tokenFaults['token-too-long'] },
  'token-incomplete': { ...refused, ...tokenFaults['token-incomplete'] },
  'token-of-another-page': { ...refused, ...tokenFaults['token-of-another-page'] },
  'token-used': { ...refused, ...tokenFaults['token-used'] },
} as const satisfies Readonly<Record<string, CauseEntry>>;
