// `/health` of the administrator's listener: the state of the gateway, and the counts of each component.

import { type Route, reading } from '../http/route.ts';

/** `draining`: the gateway takes no new calls. `engine-away`: its drachtio-server cannot be reached. */
export type GatewayStatus = 'ok' | 'draining' | 'engine-away';

export interface Health {
  readonly status: GatewayStatus;
  readonly [count: string]: unknown;
}

/** Concurrent requests share one count, because counting calls every component. */
export function healthRoute(health: () => Promise<Health>): Route {
  let counting: Promise<Health> | undefined;
  return reading('/health', async (_request, response) => {
    counting ??= health().finally(() => {
      counting = undefined;
    });
    const report = await counting;
    const text = `${JSON.stringify(report)}\n`;
    response.writeHead(report.status === 'ok' ? 200 : 503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
    response.end(text);
  });
}
