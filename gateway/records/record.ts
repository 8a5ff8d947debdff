// The record of a call: plain, versioned data, built from the stream of call events. It has the caller, the called
// person and the end of the call, but no content and no key. Calls do not depend on this file.

import type { CallEvent, Moment } from '../call/events.ts';
import type { Outcome } from '../call/outcome.ts';
import type { PageContext } from '../call/page-context.ts';
import type { LegReport, OneWaySound } from '../media/relay.ts';

/** The fields that every record has. Times are ISO 8601 in UTC. */
interface RecordFields extends PageContext {
  readonly version: 1;
  readonly call: string;
  /** When the INVITE came. */
  readonly received: string;
  /** `user@domain`. */
  readonly to: string;
  readonly site: string;
  /** Of the page. */
  readonly origin: string;
  /** Of the visitor; shortened where the configuration says so. */
  readonly address: string;
  readonly outcome: string;
  /** The cause, the side at fault, one sentence, and what mends it. */
  readonly cause?: string;
  readonly side?: string;
  readonly why?: string;
  readonly mend?: string;
  readonly details?: Readonly<Record<string, string | number>>;
}

/** A call that the gateway did not set up. */
export interface RefusedCallRecord extends RecordFields {
  readonly kind: 'refused';
  /** The limit that refused the call: `perAddress.calls`. */
  readonly limit?: string;
}

export interface EndedCallRecord extends RecordFields {
  readonly kind: 'ended';
  readonly answered?: string;
  readonly ended: string;
  /** The server that sent the decisive response, as `udp:192.0.2.10:5060`; absent when none was reached. */
  readonly server?: string;
  /** Each server that failed, and why, where there are several. */
  readonly attempts?: readonly { readonly server: string; readonly cause: string }[];
  /** Why an answered call ended. */
  readonly ending?: string;
  /** Milliseconds from the INVITE to its final response. */
  readonly setupMs: number;
  readonly talkSeconds: number;
  readonly browser: LegReport;
  readonly pbx: LegReport;
  readonly oneWay?: readonly OneWaySound[];
}

export type CallRecord = RefusedCallRecord | EndedCallRecord;

export interface RecorderOptions {
  /** Writes an address as far as the owner wants it written: the one place where addresses of records are shortened. */
  readonly address: (address: string) => string;
  /** Called with each record; `level` is the level of its log line. */
  readonly recorded: (record: CallRecord, level: Outcome['level']) => void;
}

/** Records of refused calls in a minute: a visitor who floods the gateway does not fill the disk. */
const MOST_REFUSED = 120;
const MINUTE_MS = 60_000;

/** The calls that are being set up, or are up: each call is removed by its last event. */
interface OpenCall {
  readonly received: Moment;
  readonly context: PageContext;
  address: string;
  origin: string;
  answered: Moment | undefined;
  readonly attempts: { readonly server: string; readonly cause: string }[];
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #open = new Map<string, OpenCall>();
  #minute = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Calls without a record yet. */
  get open(): number {
    return this.#open.size;
  }

  /** Takes the next event of the stream. */
  readonly observe = (event: CallEvent): void => {
    if (event.type === 'received') {
      const { address, origin, context } = event;
      const received = { at: event.at, time: event.time };
      this.#open.set(event.call, { received, context, address, origin, answered: undefined, attempts: [] });
      return;
    }
    const call = this.#open.get(event.call);
    if (!call) return;
    switch (event.type) {
      case 'attempted':
        if (event.cause) call.attempts.push({ server: event.server, cause: event.cause.code });
        break;
      case 'answered':
        call.answered = { at: event.at, time: event.time };
        break;
      case 'reconnected':
        if (event.by === 'signalling') Object.assign(call, { address: event.address, origin: event.origin });
        break;
      case 'refused':
        this.#open.delete(event.call);
        if (this.#takesRefusal(event.at))
          this.#options.recorded(this.#refused(call, event), event.outcome.level);
        break;
      case 'ended':
        this.#open.delete(event.call);
        this.#options.recorded(this.#ended(call, event), event.outcome.level);
    }
  };

  #takesRefusal(at: number): boolean {
    if (at >= this.#minute + MINUTE_MS) {
      this.#minute = at;
      this.#refusals = 0;
    }
    return ++this.#refusals <= MOST_REFUSED;
  }

  #refused(call: OpenCall, event: Extract<CallEvent, { type: 'refused' }>): RefusedCallRecord {
    const { limit } = event.outcome;
    return { ...this.#fields(call, event), kind: 'refused', ...(limit && { limit }) };
  }

  #ended(call: OpenCall, event: Extract<CallEvent, { type: 'ended' }>): EndedCallRecord {
    const { received, answered, attempts } = call;
    const { ending, server, media } = event;
    return {
      ...this.#fields(call, event),
      kind: 'ended',
      ...(answered && { answered: isoOf(answered) }),
      ended: isoOf(event),
      ...(server && { server }),
      ...(attempts.length > 1 && { attempts }),
      ...(ending && { ending }),
      setupMs: Math.round((answered ?? event).at - received.at),
      talkSeconds: answered ? Math.round((event.at - answered.at) / 100) / 10 : 0,
      browser: media.browser,
      pbx: media.pbx,
      ...(media.oneWay && { oneWay: media.oneWay }),
    };
  }

  #fields(call: OpenCall, { call: id, site, user, outcome }: Extract<CallEvent, { outcome: Outcome }>) {
    const { code, side, why, mend, details = {} } = outcome.cause ?? {};
    return {
      version: 1 as const,
      call: id,
      received: isoOf(call.received),
      to: `${user}@${site}`,
      site,
      origin: call.origin,
      address: this.#options.address(call.address),
      ...call.context,
      outcome: outcome.code,
      ...(code && { cause: code, why }),
      ...(side && { side }),
      ...(mend && { mend }),
      ...(Object.keys(details).length > 0 && { details }),
    };
  }
}

function isoOf({ time }: Moment): string {
  return new Date(time).toISOString();
}
