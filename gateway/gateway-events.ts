// What follows from the events of calls and of the SIP engine, one function for each subscriber.

import type { Reachability } from './availability/reachability.ts';
import { isSuccess } from './call/answered-outcome.ts';
import type { CallApp } from './call/call-app.ts';
import type { CallEventListener } from './call/events.ts';
import type { Outcome } from './call/outcome.ts';
import { echoUser } from './config/contact.ts';
import type { Live } from './config/live.ts';
import type { Config } from './config/schema.ts';
import type { Edge } from './edge/edge.ts';
import type { FailureStreaks } from './observe/failure-streaks.ts';
import type { ExhaustedResource } from './observe/headroom.ts';
import { type Log, written } from './observe/log.ts';
import { Recorder } from './records/record.ts';
import type { RecordSink } from './records/sink.ts';
import { type AttemptOutcome, isTargetFailure } from './resolver/failover.ts';
import type { Quarantine } from './resolver/quarantine.ts';
import type { Target } from './resolver/target.ts';

/** Servers that failed are tried last for a while. */
export function rememberTarget(quarantine: Quarantine, target: Target, outcome: AttemptOutcome): void {
  if (isTargetFailure(outcome)) {
    const seconds = outcome.kind === 'response' ? outcome.retryAfterSeconds : undefined;
    quarantine.report(target, seconds && seconds * 1000);
  } else quarantine.release(target);
}

/** The same for servers that calls try; a server that answered shows that its domain can be reached. */
export function rememberTargets(quarantine: Quarantine, reachability: Reachability): CallEventListener {
  return event => {
    if (event.type !== 'attempted') return;
    rememberTarget(quarantine, event.target, event.outcome);
    if (!isTargetFailure(event.outcome)) reachability.answered(event.target.domain);
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
    if (event.type === 'refused' && event.outcome.cause) note(event.site, event.outcome);
    // An echo test does not reach the PBX.
    if (event.type === 'ended' && event.user !== echoUser) note(event.site, event.outcome);
  };
}

/** One log line for each call that has ended and, where the configuration keeps records, one record for each call. */
export function writeRecords(
  config: Live<Config>,
  log: Log,
  sink: RecordSink | undefined,
): CallEventListener {
  const recorder = new Recorder({
    address: address => written(address, config.current.log.addresses),
    recorded: (record, level) => {
      const { version, kind, ...fields } = record;
      // A refused call has its line already, with the address that was called as it came in.
      if (kind === 'ended') log[level](fields, 'call ended');
      sink?.write(record);
    },
  });
  return recorder.observe;
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
