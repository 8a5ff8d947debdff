// `POST /callback`: a visitor's callback request, as JSON, from pages that may call.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallbackStatus, GatewayPath } from '../../contract/http.ts';
import type { RequestRate } from '../auth/address-rate.ts';
import { allowOrigin, type RequestingPage, refuse, requestingPages } from './page-origin.ts';
import { bodyOf } from './read-body.ts';
import { type Route, refuseMethod } from './route.ts';

/** `unwanted`: the page may not request it. `wrong`: the form is not valid. `lost`: it was not delivered. */
export type TakeCallback = (
  body: string,
  page: RequestingPage,
) => Promise<'taken' | 'unwanted' | 'wrong' | 'lost'>;

const PATH = '/callback' satisfies `/${GatewayPath}`;
/** Longer than any form. */
const MOST_BYTES = 16 * 1024;

const statuses = { taken: 204, wrong: 400, lost: 502 } as const satisfies Record<string, CallbackStatus>;

export function callbackRoute(take: TakeCallback, rate: RequestRate): Route {
  return (request, response, path) => {
    if (path !== PATH) return false;
    if (request.method === 'POST') return answer(take, rate, request, response);
    if (request.method === 'OPTIONS') answerPreflight(request, response);
    else refuseMethod(response, 'POST, OPTIONS');
    return true;
  };
}

/** The CORS preflight (Fetch 3.2.2) for JSON to another origin. It permits the method; the POST checks the origin. */
function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
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
  const [page] = requestingPages(request);
  // A form of any page could send other content types without a preflight: they are refused.
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
  const result = body === undefined ? 'wrong' : await take(body, page);
  if (result === 'unwanted') return refuse(response);
  allowOrigin(response, page.origin);
  response.writeHead(statuses[result], { 'Cache-Control': 'no-store' }).end();
}
