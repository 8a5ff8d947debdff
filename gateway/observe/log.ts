// The only output of log lines. Other folders receive a Log and must not depend on its destination.

import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { networkOf } from '../net/network-address.ts';
import { boundedFields, boundedText, escapedLine } from './log-limits.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
export type LogThreshold = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `short` writes only the network of an address: enough for statistics, and it does not identify a household. */
export type Addresses = 'full' | 'short';

/** JSON lines, one object each: `{"level":"info","time":"…","msg":"…",…}`. Default destination: standard output. */
export function createLog(
  level: LogThreshold,
  sink: DestinationStream = standardOutput(),
  addresses: Addresses = 'full',
): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }), log: boundedFields },
    serializers: {
      error: stackOf,
      ...(addresses === 'short' && { address: shortened, remote: shortenedEndpoint }),
    },
  };
  return pino(options, { write: line => sink.write(escapedLine(line)) });
}

/** The address in the form that the owner configured. */
export function written(address: string, addresses: Addresses): string {
  return addresses === 'short' ? shortened(address) : address;
}

function shortened(address: string): string {
  return networkOf(address, { ipv4: 24, ipv6: 48 }) ?? address;
}

function shortenedEndpoint(end: { readonly address: string }): object {
  return { ...end, address: shortened(end.address) };
}

/** Only the stack: an error's other fields may contain whole messages. */
function stackOf(error: unknown): unknown {
  return error instanceof Error ? boundedText(error.stack ?? String(error)) : error;
}

/**
 * Writes synchronously, so that the log is complete after a crash. Lines that a full disk refuses are lost, without any
 * other effect. pino's own destination would keep them and end the process with an error.
 */
function standardOutput(): DestinationStream {
  let incompleteLine = false;
  return {
    write(text) {
      try {
        // The disk may accept only a part of a line. The next line must start on a new line.
        let rest = Buffer.from(incompleteLine ? `\n${text}` : text);
        while (rest.length > 0) {
          rest = rest.subarray(writeSync(1, rest));
          incompleteLine = rest.length > 0;
        }
      } catch {
        // An error cannot be reported anywhere.
      }
    },
  };
}
