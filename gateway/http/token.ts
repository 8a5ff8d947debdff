// `POST /token`, with `to=director@mysite.ru` as a form sends it: a token for one call, for pages that may make it.
// A form's encoding, because a browser sends it to another origin without asking first (Fetch 3.2.2): no call waits
// twice. What must not be readable elsewhere is the answer, and CORS sees to that.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestRate } from '../auth/address-rate.ts';
import type { TokenAnswer } from '../auth/token-issuer.ts';
import { clientAddressOf } from '../net/client-address.ts';
import { type AskingPage, allowOrigin, askingPages, refuse } from './page-origin.ts';
import { bodyOf } from './read-body.ts';
import { type Route, refuseMethod } from './route.ts';

/** Undefined for whoever may not be called by such a page, or gets no token here. */
export type MintFor = (
  to: string,
  page: AskingPage,
  address: string,
  work: string | null,
) => Promise<TokenAnswer | undefined>;

const MOST_BYTES = 4096;

/** `onNobody` is told who asked for one for whom, when such a page may not call them. */
export function tokenRoute(
  mint: MintFor,
  rate: RequestRate,
  onNobody: (request: IncomingMessage, to: string) => void = () => {},
): Route {
  return (request, response, path) => {
    if (path !== '/token') return false;
    if (request.method === 'POST') return answer(mint, rate, onNobody, request, response);
    refuseMethod(response, 'POST');
    return true;
  };
}

async function answer(
  mint: MintFor,
  rate: RequestRate,
  onNobody: (request: IncomingMessage, to: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [page] = askingPages(request);
  // Every answer may be read, a refusal too: the same for all says nothing, and the visitor is told what it means.
  if (page) allowOrigin(response, page.origin);
  const address = clientAddressOf(request);
  if (!rate.take(request)) {
    return refuse(response, 429);
  }
  const body = await bodyOf(request, MOST_BYTES);
  const form = new URLSearchParams(body);
  const to = form.get('to') ?? '';
  const minted = page && (await mint(to, page, address, form.get('work')));
  if (!minted) {
    refuse(response);
    return onNobody(request, to);
  }
  if ('status' in minted) {
    return refuse(response, minted.status, minted.retrySeconds);
  }
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(minted));
}
