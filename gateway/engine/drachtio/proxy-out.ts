// `proxy|txnId|remainInDialog|fullResponse|followRedirects|serial or simultaneous|provTimeout|finalTimeout|dest…`: the
// application has a request forwarded instead of answering it.

import { hopOf } from '../dialog/next-hop.ts';
import { guarded } from '../message/guarded.ts';
import { serialize } from '../message/serialize.ts';
import type { ForwardingTarget } from '../proxy/forwarding.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';
import { readAppMessage } from './app-message.ts';
import type { Registrations } from './registrations.ts';
import { sipFields } from './sip-fields.ts';
import type { VerbDependencies } from './verb-dependencies.ts';

export function proxyOut(dependencies: VerbDependencies, connection: AppConnection, frame: AppFrame): void {
  const { agent, proxy, cdr, registrations } = dependencies;
  const [transactionId = '', remain, full, redirects, forking, provisional = '', final = '', ...uris] =
    frame.fields;
  // drachtio-srf waits forever unless a refused proxy request gets exactly this word.
  const refuse = (reason: string) => connection.reply(frame, `NOK|${reason}`);
  const incoming = agent.incoming(transactionId);
  if (incoming === undefined) {
    refuse(`Unknown transaction id: ${transactionId}`);
    return;
  }
  const message = frame.message === undefined ? undefined : readAppMessage(frame.message);
  const targets = targetsOf(uris, registrations);
  if (typeof message === 'string' || targets === undefined) {
    refuse(typeof message === 'string' ? message : `error proxying request to ${uris.join(', ')}`);
    return;
  }
  const plan = {
    targets,
    simultaneous: forking === 'simultaneous',
    followRedirects: redirects !== '',
    recordRoute: remain !== '',
    timeouts: { provisional: milliseconds(provisional), final: milliseconds(final) },
    fields: message?.fields ?? [],
  };
  const call = incoming.request.method === 'INVITE';
  const now = () => agent.timers.clock.date();
  const refusal = proxy.forward(incoming, plan, {
    answered(response, flow) {
      if (full === '') return;
      const bytes = serialize(guarded(response));
      const source = flow === undefined ? 'application' : 'network';
      connection.reply(
        frame,
        `OK|${source}|${sipFields(bytes, flow, flow?.remote, now())}|||continue`,
        bytes,
      );
    },
    done(outcome) {
      if (call) cdr.forwarded(outcome);
      connection.reply(frame, 'OK|done');
    },
  });
  if (refusal !== undefined) refuse(refusal);
}

/** Undefined if no transport of this engine can reach one of them. */
export function targetsOf(
  uris: readonly string[],
  registrations: Registrations,
): ForwardingTarget[] | undefined {
  const targets: ForwardingTarget[] = [];
  for (const uri of uris) {
    const path = registrations.flowTo(uri) ?? hopOf(uri);
    if (path === undefined) return undefined;
    targets.push({ uri, path });
  }
  return targets;
}

/** Accepts `2s`, `1500ms`, or an empty string. */
export function milliseconds(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,7})(ms|s)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (unit === 's' ? 1000 : 1);
}
