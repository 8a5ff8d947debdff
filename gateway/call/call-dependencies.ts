// What calls stand on: everything a call needs of others, handed to it once.

import type Srf from 'drachtio-srf';
import type { Config } from '../config/schema.ts';
import type { MediaRelay } from '../media/relay.ts';
import type { Log } from '../observe/log.ts';
import type { BegunResolution } from '../resolver/target.ts';
import type { Caller } from './call-record.ts';
import type { Dialogs } from './dialog.ts';
import type { CallErrorBoundary } from './error-boundary.ts';
import type { Judge } from './hunt.ts';

/** One set for all calls. */
export interface CallDependencies {
  readonly srf: Srf;
  /** The dialogs of all calls. */
  readonly dialogs: Dialogs;
  readonly media: MediaRelay;
  /** The present ones: they may change during a call. */
  readonly limits: Config['limits'];
  readonly log: Log;
  /** The engine names no source for the responses that it makes itself; a drachtio-server is not known to. */
  readonly tellsSource: boolean;
  /** The media ports toward PBXs, in words for an administrator. */
  readonly mediaPorts: () => string;
  /** What a message of a peer sets off runs inside of it. */
  readonly boundary: CallErrorBoundary;
  /** The visitor whose frames the engine sees come from there; undefined for whoever is no visitor of ours. */
  visitorAt(address: string, port: number): Caller | undefined;
  /** Servers of a domain, best first, those that failed lately last. */
  resolve(domain: string, signal: AbortSignal): Promise<Pick<BegunResolution, 'targets'>>;
  /** Whether the next server is worth trying; remembers the ones that failed. */
  readonly judge: Judge;
}
