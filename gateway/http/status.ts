// `/status?to=director@mysite.ru`: the availability of a person, for pages that may call.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AvailabilityStatus, GatewayPath } from '../../contract/http.ts';
import type { RequestRate } from '../auth/address-rate.ts';
import { allowOrigin, type RequestingPage, refuse, requestingPages } from './page-origin.ts';
import { type Route, reading } from './route.ts';

/** The status of `to`; undefined when the page may not call that person. */
export type StatusOf = (to: string, page: RequestingPage) => Promise<AvailabilityStatus | undefined>;

const PATH = '/status' satisfies `/${GatewayPath}`;
const FRESH_SECONDS = 10;

/** `onUnknown` is called when the page may not call `to`. */
export function statusRoute(
  statusOf: StatusOf,
  rate: RequestRate,
  onUnknown: (request: IncomingMessage, to: string) => void = () => {},
): Route {
  return reading(PATH, async (request, response) => {
    if (!rate.take(request)) return refuse(response, 429);
    const to = new URLSearchParams((request.url ?? '').split('?', 2)[1]).get('to') ?? '';
    if (!(await answer(statusOf, to, request, response))) onUnknown(request, to);
  });
}

/** Whether a status was sent. */
async function answer(
  statusOf: StatusOf,
  to: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  for (const page of requestingPages(request)) {
    const status = await statusOf(to, page);
    if (!status) continue;
    allowOrigin(response, page.origin);
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Cache-Control': `private, max-age=${FRESH_SECONDS}`,
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(JSON.stringify(status));
    return true;
  }
  refuse(response);
  return false;
}
