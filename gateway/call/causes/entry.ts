// One cause as the catalogue has it. `{name}` in a text stands for a detail of the call.

import type { OutcomeCode } from '../outcome.ts';

/** Where the fault is. `owner`: the site's DNS, its server or the configuration of the gateway. */
export type Side = 'visitor' | 'visitor-network' | 'owner' | 'pbx' | 'gateway';

export interface CauseEntry {
  /** What the browser gets. */
  readonly outcome: OutcomeCode;
  /** Absent where the call went as calls go: busy, declined, not answered. */
  readonly side?: Side;
  /** One sentence for log and record. */
  readonly says: string;
  /** What the owner or the administrator of the PBX does about it. */
  readonly mend?: string;
}
