// The reaction of the process to signals and uncaught errors: when to stop, and the exit code. Must not depend on
// calls: the gateway ends them.

import { ConfigError } from './config/load.ts';
import type { Gateway } from './gateway.ts';
import type { Log } from './observe/log.ts';
import { ServiceNotifier } from './service-notifier.ts';

export interface Running {
  readonly gateway: Gateway;
  readonly log: Log;
  /** Reads the configuration again and applies it. Throws {@link ConfigError} if it cannot be applied. */
  reload(): void;
}

/** The process exits after this time, even if stopping hangs. */
const AT_ONCE_MS = 2_000;

/**
 * Reports to systemd, if present, that the gateway is ready, alive and stopping.
 * SIGTERM lets running calls end; SIGINT or a second SIGTERM does not. Both exit with 0. SIGHUP reloads.
 * An uncaught error ends all calls with a reason and exits with 1, because the state of the process can no longer be
 * trusted. The supervisor starts a new process.
 */
export function handleSignals({ gateway, log, reload }: Running): void {
  const service = new ServiceNotifier(log);
  let draining = false;
  let code = 0;

  const leaveAfter = (stopped: Promise<void>) =>
    void stopped.catch(error => log.error({ error }, 'stopping failed')).then(() => process.exit(code));
  const leaveAtOnce = (why?: 'gateway-failed') => {
    setTimeout(() => process.exit(code), AT_ONCE_MS);
    leaveAfter(gateway.stop(why));
  };
  const failed = (error: unknown) => {
    // Only the first error counts. Further errors during the stop are consequences.
    if (code === 1) return;
    code = 1;
    log.error({ error: error instanceof Error ? error : String(error) }, 'the gateway failed');
    service.stopping();
    leaveAtOnce('gateway-failed');
  };

  process.on('SIGTERM', () => {
    log.info({ immediately: draining }, 'stopping on a signal');
    service.stopping();
    if (draining) return leaveAtOnce();
    draining = true;
    leaveAfter(gateway.drain());
  });
  process.on('SIGINT', () => {
    service.stopping();
    leaveAtOnce();
  });
  process.on('SIGHUP', () => {
    try {
      reload();
      log.info({}, 'configuration reloaded');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      log.error({ problems }, 'configuration refused: the previous one stays in use');
    }
  });
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', failed);
  service.ready();
}
