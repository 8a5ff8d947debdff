// `route|verb` and `remove_route|verb`: which requests an application wants.

import type { AppConnection, AppFrame } from './app-connection.ts';

/** More methods than SIP has; a bound all the same. */
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

/** Only this verb; the daemon drops the application from all of them, which nobody can have meant. */
export function removeRoute(connection: AppConnection, frame: AppFrame): void {
  connection.routes.delete(frame.fields[0]?.toLowerCase() ?? '');
  connection.reply(frame, 'OK');
}
