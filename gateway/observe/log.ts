// The one sink of log lines. Other rooms take a Log and never know where it ends.

import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines, one object each: `{"level":"info","time":"…","msg":"…",…}`; on standard output unless told. */
export function createLog(level: LogLevel, sink?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  };
  return sink ? pino(options, sink) : pino(options);
}
