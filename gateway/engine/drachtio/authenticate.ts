// `authenticate|secret|tag,tag`: the first frame of every application.

import { createHash, timingSafeEqual } from 'node:crypto';
import { formatHostPort } from '../message/host-port.ts';
import type { ListenPoint } from '../transport/listen-point.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';

/** drachtio-srf pings only servers of v0.8.2 and later. This is the version whose behaviour the engine follows. */
export const serverVersion = 'v0.9.10-sip-call';

export function authenticate(
  connection: AppConnection,
  frame: AppFrame,
  secret: string,
  points: readonly ListenPoint[],
): void {
  const [offered = '', tags = ''] = frame.fields;
  if (!sameSecret(offered, secret)) {
    connection.reply(frame, 'NO|incorrect secret');
    connection.close();
    return;
  }
  connection.authenticated = true;
  connection.tags = tags === '' ? [] : tags.split(',');
  const reached = points
    .map(point => hostPort(point, point.advertise ?? point.address, point.advertisePort ?? point.port))
    .join(',');
  const bound = points.map(point => hostPort(point, point.address, point.port)).join(',');
  connection.reply(frame, `OK|${reached}|${serverVersion}|${bound}`);
  connection.onAuthenticated?.();
}

function hostPort({ transport }: ListenPoint, host: string, port: number): string {
  return `${transport}/${formatHostPort(host, port)}`;
}

/** Hashed first, so that the time taken shows neither length nor content. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
