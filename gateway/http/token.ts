// `POST /token` with the form field `to=director@mysite.ru`: a token for one call, for pages that may make it. Browsers send
// form encoding to another origin without a preflight (Fetch 3.2.2), which saves a round trip before the call. CORS keeps
// the answer unreadable for other pages.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayPath, TokenForm } from '../../contract/http.ts';
import type { RequestRate } from '../auth/address-rate.ts';
import type { IssueResult } from '../auth/token-issuer.ts';
import { clientAddressOf } from '../net/client-address.ts';
import { allowOrigin, type RequestingPage, refuse, requestingPages } from './page-origin.ts';
import { bodyOf } from './read-body.ts';
import { type Route, refuseMethod } from './route.ts';

/** Undefined when the page may not call `to`, or when the site's own server issues the tokens. */
export type IssueToken = (
  to: string,
  page: RequestingPage,
  address: string,
  proofOfWork: string | null,
) => Promise<IssueResult | undefined>;

const PATH = '/token' satisfies `/${GatewayPath}`;
const MOST_BYTES = 4096;

/** `onUnknown` is called when the page gets no token for `to`. */
export function tokenRoute(
  issue: IssueToken,
  rate: RequestRate,
  onUnknown: (request: IncomingMessage, to: string) => void = () => {},
): Route {
  return (request, response, path) => {
    if (path !== PATH) return false;
    if (request.method === 'POST') return answer(issue, rate, onUnknown, request, response);
    refuseMethod(response, 'POST');
    return true;
  };
}

async function answer(
  issue: IssueToken,
  rate: RequestRate,
  onUnknown: (request: IncomingMessage, to: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [page] = requestingPages(request);
  // Pages may read refusals too: they are the same for all, and the widget shows their meaning.
  if (page) allowOrigin(response, page.origin);
  const address = clientAddressOf(request);
  if (!rate.take(request)) {
    return refuse(response, 429);
  }
  const body = await bodyOf(request, MOST_BYTES);
  const form = new URLSearchParams(body);
  const field = (name: keyof TokenForm) => form.get(name);
  const to = field('to') ?? '';
  const answered = page && (await issue(to, page, address, field('work')));
  if (!answered) {
    refuse(response);
    return onUnknown(request, to);
  }
  if ('status' in answered) {
    return refuse(response, answered.status, answered.retrySeconds);
  }
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(answered));
}
