// The state that gateways behind one name can share, behind ports: used tokens, usage of quotas, calls. Here each store is
// the memory of this process.

import { randomUUID } from 'node:crypto';
import type { AuthStores } from './auth/authorization.ts';
import { MemoryQuotaStore } from './auth/memory-quota-store.ts';
import { MemoryTokenLedger } from './auth/memory-token-ledger.ts';
import type { CallRegistry } from './call/call-registry.ts';
import { MemoryCallRegistry } from './call/memory-call-registry.ts';

export interface Stores extends AuthStores {
  readonly calls: CallRegistry;
  /** The name of this process in the stores: another one after each start, so that no process takes calls of a dead one. */
  readonly owner: string;
}

export function memoryStores(): Stores {
  return {
    tokens: new MemoryTokenLedger(),
    solutions: new MemoryTokenLedger(),
    quotas: new MemoryQuotaStore(),
    calls: new MemoryCallRegistry(),
    owner: randomUUID(),
  };
}
