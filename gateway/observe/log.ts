// The one sink of log lines. Other rooms take a Log and never know where it ends.

import { type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard output, one object each: `{"level":"info","time":"…","msg":"…",…}`. */
export function createLog(level: LogLevel): Log {
  return pino({
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  });
}
