// What signals, and failures that nobody caught, mean to the process of a running gateway. Knows nothing of calls:
// the gateway ends them; this says when, and with which code the process leaves.

import { ConfigError } from './config/load.ts';
import type { Gateway } from './gateway.ts';
import type { Log } from './observe/log.ts';
import { ServiceNotifier } from './service-notifier.ts';

export interface Running {
  readonly gateway: Gateway;
  readonly log: Log;
  /** Reads the configuration again and has the gateway go by it; throws {@link ConfigError} when that cannot be. */
  reload(): void;
}

/** Whatever hangs, a process that was told to leave at once has left by then. */
const AT_ONCE_MS = 2_000;

/**
 * Tells systemd, where there is one, that the gateway is ready, alive and stopping.
 * SIGTERM lets running calls end, SIGINT or a second SIGTERM does not; both leave with 0. SIGHUP reloads.
 * A failure that nobody caught ends all calls with a reason and leaves with 1: what is left of such a process
 * cannot be trusted, and whoever supervises it starts another.
 */
export function handleSignals({ gateway, log, reload }: Running): void {
  const service = new ServiceNotifier(log);
  let told = false;
  let code = 0;

  const leaveAfter = (stopped: Promise<void>) =>
    void stopped.catch(error => log.error({ error }, 'stopping failed')).then(() => process.exit(code));
  const leaveAtOnce = (why?: 'gateway-failed') => {
    setTimeout(() => process.exit(code), AT_ONCE_MS);
    leaveAfter(gateway.stop(why));
  };
  const failed = (error: unknown) => {
    // One failure is reason enough; what else breaks on the way out is a consequence.
    if (code === 1) return;
    code = 1;
    log.error({ error: error instanceof Error ? error : String(error) }, 'the gateway failed');
    service.stopping();
    leaveAtOnce('gateway-failed');
  };

  process.on('SIGTERM', () => {
    log.info({ atOnce: told }, 'told to stop');
    service.stopping();
    if (told) return leaveAtOnce();
    told = true;
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
      log.error({ problems }, 'configuration refused, the one before stays');
    }
  });
  // Rejections that nobody handles come here too.
  process.on('uncaughtException', failed);
  service.ready();
}
