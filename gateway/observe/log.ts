// The one sink of log lines. Other rooms take a Log and never know where it ends.

import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines, one object each: `{"level":"info","time":"…","msg":"…",…}`; on standard output unless told. */
export function createLog(level: LogLevel, sink: DestinationStream = standardOutput()): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  };
  return pino(options, sink);
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
