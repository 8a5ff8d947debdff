// The Record-Route by which a proxy stays in a dialog (RFC 3261 16.6 step 4) and recognizes the dialog's requests
// (16.4). The user part of the URI is a keyed digest of the Call-ID. So no state per call is needed, and a request is
// forwarded only along a route that this engine wrote for the same call.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { LocalAddress } from '../dialog/network.ts';
import { parseAddress } from '../message/address.ts';
import type { Headers, SipRequest } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';

export class RecordedRoutes {
  readonly #key = randomBytes(32);

  /**
   * Adds the route. If the two sides differ there are two routes, so that each peer sees the address that it can reach
   * (RFC 5658 4).
   */
  record(headers: Headers, from: LocalAddress, to: LocalAddress): void {
    const token = this.#token(headers);
    headers.prepend('Record-Route', routeOf(from, token));
    if (from.transport !== to.transport || from.hostPort !== to.hostPort) {
      headers.prepend('Record-Route', routeOf(to, token));
    }
  }

  /** Whether `strip` would find a route of this engine. */
  hasRecordedRoute({ uri, headers }: SipRequest): boolean {
    if (!headers.has('Route')) return false;
    const token = this.#token(headers);
    return isOurs(uri, token) || isOurs(parseAddress(headers.get('Route') ?? '')?.uri, token);
  }

  /**
   * Removes our routes from a request of a recorded dialog (16.4). Returns false, without a change, if there is none.
   */
  strip(request: SipRequest): boolean {
    const { headers } = request;
    const token = this.#token(headers);
    // 16.4: a strict router moves our URI into the Request-URI and the real target to the end of Route.
    if (isOurs(request.uri, token)) {
      const routes = headers.all('Route');
      const target = parseAddress(routes.pop() ?? '')?.uri;
      if (target === undefined) return false;
      headers.remove('Route');
      for (const route of routes) headers.append('Route', route);
      request.uri = target;
      this.#shift(headers, token);
      return true;
    }
    return this.#shift(headers, token);
  }

  #shift(headers: Headers, token: string): boolean {
    let ours = false;
    while (isOurs(parseAddress(headers.get('Route') ?? '')?.uri, token)) {
      headers.shift('Route');
      ours = true;
    }
    return ours;
  }

  #token(headers: Headers): string {
    const callId = headers.get('Call-ID') ?? '';
    return createHmac('sha256', this.#key).update(callId).digest('hex').slice(0, 32);
  }
}

function routeOf({ transport, hostPort }: LocalAddress, token: string): string {
  const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
  return `<sip:${token}@${hostPort}${parameter};lr>`;
}

function isOurs(uri: string | undefined, token: string): boolean {
  const user = uri === undefined ? undefined : parseUri(uri)?.user;
  if (user === undefined || user.length !== token.length) return false;
  const [received, known] = [Buffer.from(user), Buffer.from(token)];
  return received.length === known.length && timingSafeEqual(received, known);
}
