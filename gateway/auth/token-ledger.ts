// The ledger of used tokens: a port with one implementation in memory (memory-token-ledger.ts). Gateways that share a
// secret of tokens can share a ledger, so all arguments are plain values. test/unit/auth/token-ledger-contract.ts has the
// tests that every implementation must pass.

/** `fresh`: this use is the first one. `full`: the ledger cannot store one more id. */
export type TokenUse = 'fresh' | 'used' | 'full';

export interface TokenLedger {
  /**
   * Marks `id` as used. Of several uses of one id exactly one is `fresh`, also when they come at the same time and from
   * several processes. The ledger may forget the id at `until`, in milliseconds since 1970, and not before. It rejects
   * when the store fails or does not answer in time; then the caller refuses the token, because it may have been used.
   */
  use(id: string, until: number): Promise<TokenUse>;
  /** Ids that are stored. */
  count(): Promise<number>;
}
