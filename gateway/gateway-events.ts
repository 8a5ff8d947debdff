// What follows from the events of calls and of the SIP engine, one function for each subscriber.

import type { Reachability } from './availability/reachability.ts';
import { isSuccess } from './call/answered-outcome.ts';
import type { CallApp } from './call/call-app.ts';
import { asWritten, logRecord } from './call/call-record.ts';
import type { CallEventListener } from './call/events.ts';
import type { Outcome } from './call/outcome.ts';
import { echoUser } from './config/contact.ts';
import type { Live } from './config/live.ts';
import type { Config } from './config/schema.ts';
import type { Edge } from './edge/edge.ts';
import type { DailyRecords } from './observe/daily-records.ts';
import type { FailureStreaks } from './observe/failure-streaks.ts';
import type { ExhaustedResource } from './observe/headroom.ts';
import { type Log, written } from './observe/log.ts';
import { isTargetFailure } from './resolver/failover.ts';
import type { Quarantine } from './resolver/quarantine.ts';

/** Servers that failed are tried last for a while; one that answered shows that its domain can be reached. */
export function rememberTargets(quarantine: Quarantine, reachability: Reachability): CallEventListener {
  return event => {
    if (event.type !== 'attempted') return;
    const { target, outcome } = event;
    if (isTargetFailure(outcome)) {
      const seconds = outcome.kind === 'response' ? outcome.retryAfterSeconds : undefined;
      quarantine.report(target, seconds && seconds * 1000);
    } else {
      quarantine.release(target);
      reachability.answered(target.domain);
    }
  };
}

/** Outcomes that the visitor or this gateway causes: they say nothing about the telephones of the site. */
const notOfTheSite: ReadonlySet<string> = new Set(['cancelled', 'stopping', 'bad-request', 'token-refused']);

/** Several failures of one site with the same cause are one error line. */
export function recordFailures(failures: FailureStreaks): CallEventListener {
  const note = (domain: string, outcome: Outcome) => {
    if (notOfTheSite.has(outcome.code)) return;
    if (isSuccess(outcome)) failures.succeeded(domain);
    else if (outcome.cause) failures.failed(domain, outcome.cause);
  };
  return event => {
    if (event.type === 'refused') note(event.domain, event.outcome);
    if (event.type !== 'ended') return;
    const { destination, outcome } = event.record;
    // A test of the sound does not reach the PBX.
    if (destination.user !== echoUser) note(destination.domain, outcome);
  };
}

/** One log line and, where the configuration keeps records, one record for each call that has ended. */
export function writeRecords(
  config: Live<Config>,
  log: Log,
  records: DailyRecords | undefined,
): CallEventListener {
  return event => {
    if (event.type !== 'ended') return;
    logRecord(log, event.record);
    const line = asWritten(event.record);
    records?.write({ ...line, address: written(line.address, config.current.log.addresses) });
  };
}

export function reportHeadroom(log: Log, resource: ExhaustedResource | undefined): void {
  if (resource) log.warn({ resource }, 'resources exhausted: refusing new visitors');
  else log.info({}, 'resources recovered: accepting new visitors');
}

/** While the SIP engine is away no visitor is let in, and all are disconnected: nothing reads their frames. */
export function followEngine(calls: CallApp, edge: Edge, isDraining: () => boolean): void {
  calls.onEngine(state => {
    if (isDraining()) return;
    if (state === 'here') {
      edge.acceptNewVisitors();
      return;
    }
    edge.refuseNewVisitors('the SIP engine is away');
    edge.closeAll('the SIP engine is away');
  });
}
