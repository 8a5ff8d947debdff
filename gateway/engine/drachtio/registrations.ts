// The connection over which a user can be reached. A user that registered or subscribed over a connection is called on
// that connection, because the Contact of a browser (`alice@x8f3.invalid`, RFC 7118 5) or of a phone behind NAT cannot
// be reached in any other way.

import { parseAddress } from '../message/address.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import type { Clock } from '../transaction/timers.ts';
import type { Flow } from '../transport/transport.ts';

interface Registration {
  /** A weak reference: a closed connection is not kept for the rest of the hour. */
  readonly flow: WeakRef<Flow>;
  readonly until: number;
}

const methods: ReadonlySet<string> = new Set(['REGISTER', 'SUBSCRIBE']);

/** RFC 3261 10.3: the registrar states the lifetime. Without a statement the lifetime is one hour. */
const defaultSeconds = 3600;
const maxSeconds = 7 * 24 * 3600;

export class Registrations {
  readonly #byContact = new Map<string, Registration>();
  readonly #clock: Clock;
  readonly #limit: number;

  /** Above `limit`, the user with the oldest registration is removed. */
  constructor(clock: Clock, limit = 50_000) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get size(): number {
    return this.#byContact.size;
  }

  /** The application accepted a REGISTER or SUBSCRIBE that came on this flow. */
  accepted(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (!flow.reliable || !methods.has(request.method)) return;
    for (const contact of request.headers.all('Contact')) {
      const key = keyOf(parseAddress(contact)?.uri ?? '');
      if (key === undefined) continue;
      this.#byContact.delete(key);
      const seconds = lifetime(request, response, key);
      if (seconds === 0) continue;
      if (this.#byContact.size >= this.#limit) this.#forgetOldest();
      this.#byContact.set(key, { flow: new WeakRef(flow), until: this.#clock.now() + seconds * 1000 });
    }
  }

  /** The open connection of the user that registered this URI as a Contact. */
  flowTo(uri: string): Flow | undefined {
    const key = keyOf(uri);
    const found = key === undefined ? undefined : this.#byContact.get(key);
    if (found === undefined) return undefined;
    const flow = found.flow.deref();
    if (flow !== undefined && !flow.closed && this.#clock.now() < found.until) return flow;
    this.#byContact.delete(key!);
    return undefined;
  }

  #forgetOldest(): void {
    for (const key of this.#byContact.keys()) {
      this.#byContact.delete(key);
      return;
    }
  }
}

/** User, host and port. The parameters describe the path, which the connection replaces. */
function keyOf(uri: string): string | undefined {
  const parsed = parseUri(uri);
  return parsed?.user === undefined ? undefined : `${parsed.user}@${parsed.host}:${parsed.port ?? ''}`;
}

/**
 * RFC 3261 10.2.1.1, 10.3 step 8: the registrar's value for this Contact or for all Contacts comes before the client's
 * request.
 */
function lifetime(request: SipRequest, response: SipResponse, key: string): number {
  for (const { headers } of [response, request]) {
    const own = headers
      .all('Contact')
      .map(parseAddress)
      .find(contact => keyOf(contact?.uri ?? '') === key);
    const text = own?.params.get('expires') ?? headers.get('Expires');
    if (text !== undefined && /^\d{1,10}$/.test(text)) return Math.min(Number(text), maxSeconds);
  }
  return defaultSeconds;
}
