// The target of a request (RFC 9112 3.2): a path and a query, in origin-form or absolute-form.

import type { IncomingMessage } from 'node:http';

/** Converts the target to origin-form and returns its path; undefined for a target that is no resource of a server. */
export function readTarget(request: IncomingMessage): string | undefined {
  const { url = '' } = request;
  if (!url.startsWith('/')) {
    const [start, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
    if (start === undefined) return undefined;
    const rest = url.slice(start.length);
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    // RFC 9112 3.2.2: it replaces the Host header.
    request.headers.host = authority;
  }
  return request.url?.split('?', 1)[0];
}
