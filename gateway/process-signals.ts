// Signals and uncaught exceptions of the process of a running gateway: when the gateway stops, and the exit code. Does not
// depend on calls, which the gateway ends.

import { ConfigError } from './config/load.ts';
import type { Gateway } from './gateway.ts';
import type { Log } from './observe/log.ts';
import { ServiceNotifier } from './service-notifier.ts';

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly log: Log;
  /** Reads the configuration again and applies it. Throws {@link ConfigError} when it cannot be applied. */
  reload(): void;
}

/** A process that must stop immediately exits after this time, even if a component hangs. */
const FORCED_EXIT_MS = 2_000;

/**
 * Reports to systemd, if present, that the gateway is ready, alive and stopping.
 * SIGTERM waits for running calls; SIGINT or a second SIGTERM does not. Both exit with 0. SIGHUP reloads.
 * An uncaught exception ends all calls with a reason and exits with 1: the state of the process may be wrong, and the
 * supervisor starts a new one.
 */
export function handleSignals({ gateway, log, reload }: RunningGateway): void {
  const service = new ServiceNotifier(log);
  let draining = false;
  let code = 0;

  const exitAfter = (stopped: Promise<void>) =>
    void stopped.catch(error => log.error({ error }, 'stopping failed')).then(() => process.exit(code));
  const stopNow = (why?: 'gateway-failed') => {
    setTimeout(() => process.exit(code), FORCED_EXIT_MS);
    exitAfter(gateway.stop(why));
  };
  const failed = (error: unknown) => {
    // Only the first failure counts; further ones during the stop are consequences.
    if (code === 1) return;
    code = 1;
    log.error(
      { error: error instanceof Error ? error : String(error) },
      'uncaught exception: the gateway stops',
    );
    service.stopping();
    stopNow('gateway-failed');
  };

  process.on('SIGTERM', () => {
    log.info({ immediately: draining }, 'SIGTERM received: stopping');
    service.stopping();
    if (draining) return stopNow();
    draining = true;
    exitAfter(gateway.drain());
  });
  process.on('SIGINT', () => {
    service.stopping();
    stopNow();
  });
  process.on('SIGHUP', () => {
    try {
      reload();
      log.info({}, 'configuration reloaded');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      log.error({ problems }, 'configuration refused, the previous one stays in use');
    }
  });
  // Unhandled rejections arrive here too.
  process.on('uncaughtException', failed);
  service.ready();
}
