// `POST /callback`: a visitor's wish to be called back, as JSON, from pages that may call.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestRate } from '../auth/address-rate.ts';
import { type AskingPage, allowOrigin, askingPages, refuse } from './page-origin.ts';
import { bodyOf } from './read-body.ts';
import { type Route, refuseMethod } from './route.ts';

/** `unwanted`: such a page may not ask for it. `wrong`: it says no number. `lost`: it did not get there. */
export type TakeCallback = (
  body: string,
  page: AskingPage,
) => Promise<'taken' | 'unwanted' | 'wrong' | 'lost'>;

/** Longer than any form. */
const MOST_BYTES = 16 * 1024;

const statuses = { taken: 204, wrong: 400, lost: 502 } as const;

export function callbackRoute(take: TakeCallback, rate: RequestRate): Route {
  return (request, response, path) => {
    if (path !== '/callback') return false;
    if (request.method === 'POST') return answer(take, rate, request, response);
    if (request.method === 'OPTIONS') permit(request, response);
    else refuseMethod(response, 'POST, OPTIONS');
    return true;
  };
}

/** The browser's question before it sends JSON to another origin (Fetch 3.2.2): says how, not who. */
function permit({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin) allowOrigin(response, headers.origin);
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '600',
  });
  response.end();
}

async function answer(
  take: TakeCallback,
  rate: RequestRate,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [page] = askingPages(request);
  // What a form of any page could send without being asked about is not taken.
  if (!page || !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    refuse(response);
    return;
  }
  const body = await bodyOf(request, MOST_BYTES);
  if (!rate.take(request)) {
    allowOrigin(response, page.origin);
    refuse(response, 429);
    return;
  }
  const fate = body === undefined ? 'wrong' : await take(body, page);
  if (fate === 'unwanted') return refuse(response);
  allowOrigin(response, page.origin);
  response.writeHead(statuses[fate], { 'Cache-Control': 'no-store' }).end();
}
