// Call detail events: `cdr:attempt|source|time`, `cdr:start|source|time|role`, `cdr:stop|source|time|reason`, each with
// its SIP message. Each event goes to one application that routes it, in turn. Without such an application it is
// dropped.

import type { Dialog } from '../dialog/dialog.ts';
import { guarded } from '../message/guarded.ts';
import type { SipMessage, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import type { Clock } from '../transaction/timers.ts';
import type { Applications } from './applications.ts';
import { timeOf } from './sip-fields.ts';

/** The sender of the message: a peer, or this engine (for an application or itself). */
export type CdrSource = 'network' | 'application';

export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';

export type CdrReason =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'system-initiated-termination'
  | 'system-error-initiated-termination';

type Message = SipMessage | Buffer;

export class Cdr {
  readonly #applications: Applications;
  readonly #clock: Clock;

  constructor(applications: Applications, clock: Clock) {
    this.#applications = applications;
    this.#clock = clock;
  }

  /** An INVITE that begins a call was received or sent. */
  attempt(source: CdrSource, message: Message): void {
    this.#send('cdr:attempt', source, '', message);
  }

  /** The INVITE was answered with a 2xx. */
  start(source: CdrSource, role: CdrRole, message: Message): void {
    this.#send('cdr:start', source, `|${role}`, message);
  }

  /** The call failed. */
  fail(source: CdrSource, status: number, message: Message): void {
    this.stop(source, status === 487 ? 'call-canceled' : 'call-rejected', message);
  }

  /** A forwarded INVITE has its final response. */
  forwarded(outcome: SipResponse): void {
    if (outcome.status >= 300) {
      this.fail('application', outcome.status, outcome);
      return;
    }
    this.start('network', 'proxy-uac', outcome);
    this.start('application', 'proxy-uas', outcome);
  }

  /** An established call is over. Reported once per dialog. */
  end(dialog: Dialog, source: CdrSource, reason: CdrReason, message: Message): void {
    // A BYE may be sent again with credentials, or cross the peer's BYE.
    if (dialog.usage !== 'INVITE' || dialog.endReported) return;
    dialog.endReported = true;
    this.stop(source, reason, message);
  }

  stop(source: CdrSource, reason: CdrReason, message: Message): void {
    this.#send('cdr:stop', source, `|${reason}`, message);
  }

  #send(event: string, source: CdrSource, rest: string, message: Message): void {
    const bytes = () => (Buffer.isBuffer(message) ? message : serialize(guarded(message)));
    this.#applications
      .listening(event)
      ?.send(`${event}|${source}|${timeOf(this.#clock.date())}${rest}`, bytes());
  }
}
