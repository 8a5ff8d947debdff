// `route|verb` and `remove_route|verb`: which requests an application receives.

import type { AppConnection, AppFrame } from './app-connection.ts';

/** More than SIP has methods. */
const maxRoutes = 64;

export function route(connection: AppConnection, frame: AppFrame): void {
  const verb = frame.fields[0]?.toLowerCase() ?? '';
  if (verb === '' || connection.routes.size >= maxRoutes) {
    connection.reply(frame, 'NO|invalid route');
    return;
  }
  connection.routes.add(verb);
  connection.reply(frame, 'OK');
}

/** Removes only this verb. drachtio-server removes the application from all verbs, which is certainly a mistake. */
export function removeRoute(connection: AppConnection, frame: AppFrame): void {
  connection.routes.delete(frame.fields[0]?.toLowerCase() ?? '');
  connection.reply(frame, 'OK');
}
