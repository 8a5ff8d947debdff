// Causes in the tokens of a site, for which calls are refused: those of entrance/doubt.ts that are the owner's to mend.

import { doubts } from '../../entrance/doubt.ts';
import type { CauseEntry } from './entry.ts';

const refused = { outcome: 'token-refused', side: 'owner' } as const;

export const tokenCauses = {
  'bad-token': { ...refused, ...doubts['bad-token'] },
  'token-of-another-gateway': { ...refused, ...doubts['token-of-another-gateway'] },
  'token-expired': { ...refused, ...doubts['token-expired'] },
  'token-not-yet-valid': { ...refused, ...doubts['token-not-yet-valid'] },
  'token-too-long': { ...refused, ...doubts['token-too-long'] },
  'token-incomplete': { ...refused, ...doubts['token-incomplete'] },
  'token-of-another-page': { ...refused, ...doubts['token-of-another-page'] },
  'token-used': { ...refused, ...doubts['token-used'] },
} as const satisfies Readonly<Record<string, CauseEntry>>;
