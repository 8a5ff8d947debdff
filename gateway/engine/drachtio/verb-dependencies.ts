// What the verbs of an application depend on.

import type { Network } from '../dialog/network.ts';
import type { UserAgent } from '../dialog/user-agent.ts';
import type { ProxyCore } from '../proxy/proxy-core.ts';
import type { Cdr } from './cdr.ts';
import type { EarlyCancels } from './early-cancels.ts';
import type { Registrations } from './registrations.ts';

export interface VerbDependencies {
  readonly agent: UserAgent;
  readonly network: Network;
  readonly proxy: ProxyCore;
  readonly cdr: Cdr;
  readonly earlyCancels: EarlyCancels;
  readonly registrations: Registrations;
}
