import { MemoryCallRegistry } from '../../../gateway/call/memory-call-registry.ts';
import { callRegistryContract } from './call-registry-contract.ts';

callRegistryContract(async () => {
  const clock = { now: 0 };
  const registry = new MemoryCallRegistry(() => clock.now);
  return {
    ...{ registry, other: registry },
    advance: async ms => {
      clock.now += ms;
    },
  };
});
