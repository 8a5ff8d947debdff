// The one sink of log lines. Other rooms take a Log and never know where it ends.

import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { networkOf } from '../net/network-address.ts';
import { boundedFields, boundedText, escapedLine } from './log-limits.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `short` leaves the network of an address: all that statistics need, and nobody's home. */
export type Addresses = 'full' | 'short';

/** JSON lines, one object each: `{"level":"info","time":"…","msg":"…",…}`; on standard output unless told. */
export function createLog(
  level: LogLevel,
  sink: DestinationStream = standardOutput(),
  addresses: Addresses = 'full',
): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }), log: boundedFields },
    serializers: { error: words, ...(addresses === 'short' && { address: shortened, remote: shortenedEnd }) },
  };
  return pino(options, { write: line => sink.write(escapedLine(line)) });
}

/** An address that is written down, as far as the owner wants it written. */
export function written(address: string, addresses: Addresses): string {
  return addresses === 'short' ? shortened(address) : address;
}

function shortened(address: string): string {
  return networkOf(address, { ipv4: 24, ipv6: 48 }) ?? address;
}

function shortenedEnd(end: { readonly address: string }): object {
  return { ...end, address: shortened(end.address) };
}

/** An error's own fields may be whole messages, with all that stands in them. */
function words(error: unknown): unknown {
  return error instanceof Error ? boundedText(error.stack ?? String(error)) : error;
}

/**
 * Writes at once, for whoever reads the log after a crash. What a full disk does not take is lost, and nothing else:
 * pino's own destination would keep it and fail with it, and the process with both.
 */
function standardOutput(): DestinationStream {
  let torn = false;
  return {
    write(text) {
      try {
        // A disk may take half of a line before it is full: the next one must not stand behind that.
        let left = Buffer.from(torn ? `\n${text}` : text);
        while (left.length > 0) {
          left = left.subarray(writeSync(1, left));
          torn = left.length > 0;
        }
      } catch {
        // There is nowhere to say so.
      }
    },
  };
}
