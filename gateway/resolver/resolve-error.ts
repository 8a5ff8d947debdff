// Why a SIP URI could not be turned into targets, with the questions asked on the way.

import type { DnsFault } from './dns-fault.ts';
import type { Step } from './target.ts';

export type ResolveFailure =
  /** DNS says that the domain does not exist. */
  | 'no-such-domain'
  /** DNS servers refused, failed, or could not be reached. */
  | 'no-answer'
  /** The deadline passed. */
  | 'timeout'
  /** Everything found points at addresses outside the allowed networks. */
  | 'forbidden-address'
  /** The domain offers no SIP service that we can use. */
  | 'nothing-usable';

export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly code: ResolveFailure;
  readonly trace: readonly Step[];
  /** Which question or record is at fault; undefined where nothing was asked. */
  readonly fault: DnsFault | undefined;

  constructor(code: ResolveFailure, message: string, trace: readonly Step[], fault?: DnsFault) {
    super(message);
    this.code = code;
    this.trace = trace;
    this.fault = fault;
  }
}
