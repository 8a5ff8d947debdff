// Values that several sections of the configuration share: ports, endpoints, counts, durations, paths.

import { z } from 'zod';

export const port = z
  .int('expected a port number')
  .min(0, 'expected a port from 0 (any free one) to 65535')
  .max(65535, 'expected a port from 0 (any free one) to 65535');

export const endpoint = z.string('expected ADDRESS:PORT').refine(isEndpoint, {
  message: 'expected ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443',
});

/** Another host's HOST:PORT: not a URL, and not port 0. */
export function remoteEndpoint(example: string) {
  return z.string('expected HOST:PORT').refine(isRemoteEndpoint, {
    message: `expected HOST:PORT, such as ${example}`,
  });
}

export const count = z.int('expected a whole number').positive('expected at least 1');

export const seconds = z
  .number('expected a number of seconds')
  .positive('expected more than 0 seconds')
  .max(86_400, 'expected at most a day, 86400 seconds');

export const wholeSeconds = z.int('expected a whole number of seconds');

export const yesOrNo = z.boolean('expected true or false');

export const secretText = z.string('expected text; put quotes around a number');

export const filePath = z.string('expected the path of a file').regex(/^\/[^\0\r\n]*[^/\0\r\n]$/, {
  message: 'expected the absolute path of a file, such as /var/log/sip-call/security.log',
});

export function isEndpoint(text: string): boolean {
  return (
    /^(\[[0-9a-f:.]+\]|[^:\s]+):\d{1,5}$/i.test(text) &&
    Number(text.slice(text.lastIndexOf(':') + 1)) <= 65535
  );
}

function isRemoteEndpoint(text: string): boolean {
  return isEndpoint(text) && !/[/@]/.test(text) && !/:0+$/.test(text);
}
