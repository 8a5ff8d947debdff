// Why a SIP URI could not be resolved to targets, with the trace of questions.

import type { DnsFault } from './dns-fault.ts';
import type { ResolutionStep } from './target.ts';

export type ResolveFailure =
  /** DNS reports that the domain does not exist. */
  | 'no-such-domain'
  /** DNS servers refused, failed, or could not be reached. */
  | 'no-answer'
  /** The deadline passed. */
  | 'timeout'
  /** All addresses found are outside the allowed networks. */
  | 'forbidden-address'
  /** The domain offers no usable SIP service. */
  | 'nothing-usable';

export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly code: ResolveFailure;
  readonly trace: readonly ResolutionStep[];
  /** The question or record at fault. Undefined if no question was asked. */
  readonly fault: DnsFault | undefined;

  constructor(code: ResolveFailure, message: string, trace: readonly ResolutionStep[], fault?: DnsFault) {
    super(message);
    this.code = code;
    this.trace = trace;
    this.fault = fault;
  }
}
