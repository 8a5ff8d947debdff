// The key `limits`: numbers of calls and connections, and durations.

import { z } from 'zod';
import { key } from './key.ts';
import { quotas } from './quotas.ts';
import { count, seconds } from './values.ts';

const inSeconds = { unit: 'seconds' } as const;

export const limits = z.strictObject({
  calls: key(count.default(200), 'Concurrent calls of all sites.'),
  ...quotas,
  connections: key(count.default(2000), 'WebSockets of all visitors.', { reload: false }),
  connectionsPerAddress: key(count.default(20), 'WebSockets of one visitor address.', { reload: false }),
  messagesPerSecond: key(
    count.default(20),
    'SIP messages per second from one visitor. A burst of five times as many is accepted.',
  ),
  ringSeconds: key(seconds.default(60), 'How long a phone rings.', inSeconds),
  setupSeconds: key(
    seconds.default(12),
    'Longest set-up until a phone rings, over all servers of the domain.',
    inSeconds,
  ),
  responseSeconds: key(
    seconds.default(2),
    'How long the gateway waits for the first response of a server of the domain before it tries the next.',
    { ...inSeconds, reload: false },
  ),
  tryingSeconds: key(
    seconds.default(6),
    'How long a server may send nothing but 100 (Trying) before it is cancelled and the next is tried.',
    inSeconds,
  ),
  reconnectSeconds: key(
    seconds.default(30),
    'How long a call is kept after the loss of the WebSocket, of the media of the visitor, or of the connection to drachtio-server.',
    inSeconds,
  ),
  silenceSeconds: key(
    seconds.default(30),
    'Time without media of the PBX after which the gateway checks the call at the PBX.',
    { ...inSeconds, reload: false },
  ),
  callMinutes: key(
    z
      .number('expected a number of minutes')
      .positive('expected more than 0 minutes')
      .max(1440, 'expected at most a day, 1440 minutes')
      .default(120),
    'Longest call.',
    { unit: 'minutes' },
  ),
  drainSeconds: key(
    z
      .number('expected a number of seconds')
      .min(0, 'expected 0 seconds or more')
      .max(86_400, 'expected at most a day, 86400 seconds')
      .default(30),
    'How long calls continue after SIGTERM.',
    inSeconds,
  ),
});
