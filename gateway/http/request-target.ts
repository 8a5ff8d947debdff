// What a request line names (RFC 9112 3.2): a path and a query of this server, in origin-form or absolute-form.

import type { IncomingMessage } from 'node:http';

/** Brings the target into origin-form, and gives its path; undefined for a target that names no resource of a server. */
export function readTarget(request: IncomingMessage): string | undefined {
  const { url = '' } = request;
  if (!url.startsWith('/')) {
    const [start, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
    if (start === undefined) return undefined;
    const rest = url.slice(start.length);
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    // RFC 9112 3.2.2: it counts instead of the Host header.
    request.headers.host = authority;
  }
  return request.url?.split('?', 1)[0];
}
