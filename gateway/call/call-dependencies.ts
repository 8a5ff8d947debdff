// The dependencies of calls: one set for all calls of a call app.

import type Srf from 'drachtio-srf';
import type { SrfRequest } from 'drachtio-srf';
import type { Visitor } from '../auth/visitor.ts';
import type { Config } from '../config/schema.ts';
import type { MediaRelay } from '../media/relay.ts';
import type { Log } from '../observe/log.ts';
import type { BegunResolution } from '../resolver/target.ts';
import type { Dialogs } from './dialog.ts';
import type { CallErrorBoundary } from './error-boundary.ts';
import type { CallEvents } from './events.ts';

export interface CallDependencies {
  readonly srf: Srf;
  /** The dialogs of all calls. */
  readonly dialogs: Dialogs;
  readonly media: MediaRelay;
  /** The limits in force: a reload may change them during a call. */
  readonly limits: Config['limits'];
  readonly log: Log;
  /** The engine names no source for the responses that it generates. The embedded engine does this. */
  readonly tellsSource: boolean;
  /** The media ports toward PBXs, as a text for an administrator. */
  readonly mediaPorts: () => string;
  /** Work that a peer's message causes runs inside this boundary. */
  readonly boundary: CallErrorBoundary;
  /** The visitor that sent the request; undefined where it is not connected any more, and for other senders. */
  visitorOf(request: SrfRequest): Visitor | undefined;
  /** Servers of a domain, best first; servers that failed recently are last. */
  resolve(domain: string, signal: AbortSignal): Promise<Pick<BegunResolution, 'targets'>>;
  readonly events: Pick<CallEvents, 'emit' | 'now'>;
}
