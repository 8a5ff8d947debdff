// `/healthz`: whether this gateway takes calls, for whoever watches or balances it.

import { type Route, reading } from './route.ts';

/**
 * What `/healthz` says. `status` is `draining` once the gateway takes no new calls, `engine-away` while its
 * drachtio-server cannot be reached.
 */
export interface Health {
  readonly status: 'ok' | 'draining' | 'engine-away';
  readonly [count: string]: unknown;
}

export function healthRoute(health: () => Promise<Health>): Route {
  let asked: Promise<Health> | undefined;
  /** To count costs a question to each part: those who ask at the same time share one answer. */
  const shared = () => {
    asked ??= health().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  return reading('/healthz', async (_request, response) => {
    const report = await shared();
    const text = `${JSON.stringify(report)}\n`;
    response.writeHead(report.status === 'ok' ? 200 : 503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
    response.end(text);
  });
}
