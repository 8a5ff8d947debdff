import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '../../gateway/observe/log.ts';
import { ServiceNotifier } from '../../gateway/service-notifier.ts';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';

interface Scene {
  readonly notifier: ServiceNotifier;
  /** Log lines. */
  readonly lines: string[];
  /** The arguments of each child. */
  readonly started: () => string[];
  /** Another notifier that records its children in the same file. */
  readonly another: () => ServiceNotifier;
}

/** `script` replaces `systemd-notify`; without it the program is missing. */
function scene(script?: string, environment: NodeJS.ProcessEnv = {}): Scene {
  const folder = privateFolder('notifier');
  const record = join(folder, 'started');
  writeFileSync(record, '');
  if (script !== undefined) {
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$*" >> ${record}\n${script}\n`, {
      mode: 0o755,
    });
  }
  const lines: string[] = [];
  const log = createLog('debug', { write: line => void lines.push(line) });
  const env = { NOTIFY_SOCKET: '/nowhere', PATH: folder, ...environment };
  const started = () => readFileSync(record, 'utf8').split('\n').filter(Boolean);
  const another = () => new ServiceNotifier(log, env);
  return { notifier: another(), lines, started, another };
}

test('outside systemd nothing is started', async () => {
  const { notifier, started, lines } = scene('', { NOTIFY_SOCKET: undefined });
  const { notifier: other, started: startedByOther } = scene('');
  for (const one of [notifier, other]) one.ready();
  await eventually('the other one has started a child', () => startedByOther().length > 0);
  assert.deepEqual([started(), lines], [[], []]);
});

test('a missing systemd-notify is logged once', async () => {
  const { notifier, lines } = scene(undefined, { WATCHDOG_USEC: '300000' });
  notifier.ready();
  const other = scene('', { WATCHDOG_USEC: '300000' });
  other.notifier.ready();
  await eventually('the watchdog was reset three times', () => other.started().length > 3);
  notifier.stopping();
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /"level":"error".*ENOENT.*systemd-notify failed/);
});

test('the watchdog of another process is not reset', async () => {
  const { notifier, started } = scene('', { WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' });
  notifier.ready();
  const other = scene('', { WATCHDOG_USEC: '300000', WATCHDOG_PID: String(process.pid) });
  other.notifier.ready();
  await eventually('the other one is reset', () => other.started().length > 3);
  assert.deepEqual(started(), ['READY=1']);
});

test('a systemd-notify that hangs is killed, and until then no other one is started', async () => {
  const { notifier, started, lines } = scene('case "$1" in READY=1) exec /bin/sleep 600;; esac', {
    WATCHDOG_USEC: '300000',
  });
  notifier.ready();
  await eventually('its end is logged', () => lines.some(line => /exited with SIGKILL/.test(line)));
  assert.equal(started()[0], 'READY=1');
  await eventually('the next report succeeds', () => lines.some(line => /works again/.test(line)));
  // In four seconds only one state was pending.
  assert.equal(started()[1], 'WATCHDOG=1');
});

test('the stop is reported once, without waiting for a running child', async () => {
  const { notifier, started, another } = scene('case "$1" in READY=1) exec /bin/sleep 600;; esac');
  notifier.ready();
  await eventually('a child runs', () => started().length === 1);
  notifier.stopping();
  notifier.stopping();
  await eventually('the stop is reported', () => started().includes('STOPPING=1'));
  // A second child of the first notifier would start before that of the other one.
  another().ready();
  await eventually(
    'the other one has reported',
    () => started().filter(state => state === 'READY=1').length === 2,
  );
  assert.deepEqual(started(), ['READY=1', 'STOPPING=1', 'READY=1']);
});
