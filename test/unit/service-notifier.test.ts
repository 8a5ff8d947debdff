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
  /** What each child was started with. */
  readonly started: () => string[];
  /** Another one, whose children are counted with those of the first. */
  readonly another: () => ServiceNotifier;
}

/** `script`: what stands in for `systemd-notify`; nothing does when absent. */
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

test('a systemd-notify that is missing is logged once, however often it is wanted', async () => {
  const { notifier, lines } = scene(undefined, { WATCHDOG_USEC: '300000' });
  notifier.ready();
  const other = scene('', { WATCHDOG_USEC: '300000' });
  other.notifier.ready();
  await eventually('the watchdog was fed three times', () => other.started().length > 3);
  notifier.stopping();
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /"level":"error".*ENOENT.*systemd-notify failed/);
});

test('a watchdog that was meant for another process is not fed', async () => {
  const { notifier, started } = scene('', { WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' });
  notifier.ready();
  const other = scene('', { WATCHDOG_USEC: '300000', WATCHDOG_PID: String(process.pid) });
  other.notifier.ready();
  await eventually('the other one is fed', () => other.started().length > 3);
  assert.deepEqual(started(), ['READY=1']);
});

test('a systemd-notify that hangs is ended, and meanwhile no other one is started', async () => {
  const { notifier, started, lines } = scene('case "$1" in READY=1) exec /bin/sleep 600;; esac', {
    WATCHDOG_USEC: '300000',
  });
  notifier.ready();
  await eventually('its end is logged', () => lines.some(line => /it ended with SIGKILL/.test(line)));
  assert.equal(started()[0], 'READY=1');
  await eventually('the next one is fed', () => lines.some(line => /works again/.test(line)));
  // All that gathered in four seconds was one state.
  assert.equal(started()[1], 'WATCHDOG=1');
});

test('that the gateway stops is said beside a child that is under way, and once', async () => {
  const { notifier, started, another } = scene('case "$1" in READY=1) exec /bin/sleep 600;; esac');
  notifier.ready();
  await eventually('a child is under way', () => started().length === 1);
  notifier.stopping();
  notifier.stopping();
  await eventually('it is said', () => started().includes('STOPPING=1'));
  // A second child of the first one would have begun before that of the other one.
  another().ready();
  await eventually(
    'the other one is heard',
    () => started().filter(state => state === 'READY=1').length === 2,
  );
  assert.deepEqual(started(), ['READY=1', 'STOPPING=1', 'READY=1']);
});
