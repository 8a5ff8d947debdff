// Where records are kept: the port that each kind of storage implements.

import type { CallRecord } from './record.ts';

export interface RecordSink {
  /** Returns immediately. A record that cannot be kept is counted and logged by the sink; the calls go on. */
  write(record: CallRecord): void;
  /** Resolves when all records are kept or lost. */
  close(): Promise<void>;
}
