// `/status?to=director@mysite.ru`: what a page may know before it calls, for pages that may call.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestRate } from '../auth/address-rate.ts';
import { type AskingPage, allowOrigin, askingPages, refuse } from './page-origin.ts';
import { type Route, reading } from './route.ts';

/** What is known of `to`; undefined when such a page may not call it. */
export type StatusOf = (to: string, page: AskingPage) => Promise<object | undefined>;

const FRESH_SECONDS = 10;

/** `onNobody` is told who asked about whom, when such a page may not call them. */
export function statusRoute(
  statusOf: StatusOf,
  rate: RequestRate,
  onNobody: (request: IncomingMessage, to: string) => void = () => {},
): Route {
  return reading('/status', async (request, response) => {
    if (!rate.take(request)) return refuse(response, 429);
    const to = new URLSearchParams((request.url ?? '').split('?', 2)[1]).get('to') ?? '';
    if (!(await answer(statusOf, to, request, response))) onNobody(request, to);
  });
}

/** Whether there was anything to tell. */
async function answer(
  statusOf: StatusOf,
  to: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  for (const page of askingPages(request)) {
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
