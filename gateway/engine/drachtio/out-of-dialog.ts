// `sip||` with a request: a new call, registration or query. The application chooses the identities, and with `proxy`
// the next hop. Missing fields are filled in here.

import { type LocalAddress, localSide, localSideWithoutFlow } from '../dialog/network.ts';
import { hopOf } from '../dialog/next-hop.ts';
import { type InitialDraft, sizeOf } from '../dialog/outbound.ts';
import { openFlow } from '../dialog/outgoing-flow.ts';
import { tagOf, withTag } from '../message/address.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import { newCallId, newTag } from '../transaction/identifiers.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';
import { fillFields, fillIdentity, typed } from './placeholders.ts';
import { sentRequest } from './sip-fields.ts';
import type { VerbDependencies } from './verb-dependencies.ts';

export function sendOutOfDialog(
  dependencies: VerbDependencies,
  connection: AppConnection,
  frame: AppFrame,
  request: SipRequest,
  fields: [string, string][],
): void {
  const { agent, network, cdr, earlyCancels, registrations } = dependencies;
  const proxy = frame.fields[2] ?? '';
  const next = proxy === '' ? request.uri : asUri(proxy);
  const path = registrations.flowTo(next) ?? hopOf(next);
  const complete = typed(fields, request.body);
  const refusal =
    path === undefined
      ? `invalid request-uri: ${next}`
      : complete === undefined
        ? 'missing content-type'
        : (problemOf(request) ?? (agent.dialogs.full ? 'too many dialogs' : undefined));
  if (path === undefined || complete === undefined || refusal !== undefined) {
    connection.reply(frame, `NOK|${refusal}`);
    return;
  }
  const { transport } = path;
  openFlow(
    agent.outbound,
    path,
    (flow, error) => {
      if (connection.closed) return;
      if (error !== undefined)
        agent.log.debug({ error: error.message, next }, 'the next hop cannot be reached');
      const side = flow === undefined ? localSideWithoutFlow(network, transport) : localSide(network, flow);
      const draft = complement(request, complete, { hostPort: side.hostPort, transport });
      const outgoing = agent.outbound.initial(connection, draft, side, flow, error);
      const head = sentRequest(outgoing, outgoing.id, agent.timers.clock.date());
      connection.reply(frame, head, outgoing.bytes);
      if (request.method !== 'INVITE') return;
      cdr.attempt('application', outgoing.bytes);
      earlyCancels.invited(connection);
    },
    sizeOf({ fields: complete, body: request.body }),
  );
}

/** `proxy` may be a URI, or an address with or without a port. */
function asUri(proxy: string): string {
  const uri = proxy.replace(/^<|>$/g, '');
  return /^sips?:/i.test(uri) ? uri : `sip:${uri}`;
}

/** Refuses identifiers that would break the frames that contain them. */
function problemOf(request: SipRequest): string | undefined {
  const { headers } = request;
  const tag = tagOf(headers.get('From') ?? '') ?? '';
  if (/[|\s]/.test(headers.get('Call-ID') ?? '') || /[|\s]/.test(tag)) return 'invalid call-id or tag';
  const cseq = headers.get('CSeq');
  return cseq !== undefined && parseCSeq(cseq)?.method !== request.method ? 'invalid cseq' : undefined;
}

function complement(
  request: SipRequest,
  fields: readonly (readonly [string, string])[],
  place: LocalAddress,
): InitialDraft {
  const { headers, method, uri, body } = request;
  const filled = fillFields(fields, place);
  const contact = filled.find(([name]) => name === 'Contact')?.[1];
  const from = fillIdentity(headers.get('From') ?? contact ?? `<sip:${place.hostPort}>`, place);
  return {
    method,
    uri,
    fields: filled,
    body,
    from: tagOf(from) === undefined ? withTag(from, newTag()) : from,
    to: fillIdentity(headers.get('To') ?? `<${uri}>`, place),
    callId: headers.get('Call-ID') ?? newCallId(),
    // A repeated request with credentials continues the CSeq of the challenged request.
    seq: parseCSeq(headers.get('CSeq') ?? '')?.number ?? 1,
  };
}
