import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { repository } from '../../support/repository.ts';

const unit = readFileSync(join(repository, 'deploy/sip-call.service'), 'utf8');
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
const absent = spawnSync('systemd-analyze', ['--version']).error ? 'there is no systemd-analyze' : false;

test('systemd accepts the unit', { skip: absent }, () => {
  const file = join(privateFolder('unit'), 'sip-call.service');
  // Where node is differs from machine to machine, and a program that is missing is an denial.
  writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  assert.deepEqual({ status, said: stdout + stderr }, { status: 0, said: '' });
});

test('the unit starts what is built, and lets it drain before it is killed', () => {
  const [, program = ''] = /\/opt\/sip-call\/(\S+)/.exec(setting('ExecStart')) ?? [];
  assert.ok(existsSync(join(repository, program)), program);
  const { limits } = configFrom({ sites: [{ domain: 'a.test', origins: ['*'], callable: ['b'] }] });
  // The drain, the farewell of what is left, and some air.
  assert.ok(Number(setting('TimeoutStopSec')) >= limits.drainSeconds + 5);
});

test('the unit waits until the gateway listens, and ends a gateway whose event loop hangs', () => {
  assert.equal(setting('Type'), 'notify');
  // systemd-notify is a child process: without NotifyAccess=all, systemd accepts only messages of the main process.
  assert.equal(setting('NotifyAccess'), 'all');
  assert.ok(Number(setting('WatchdogSec')) >= 10);
  // A process that hangs handles no signal, and a core file holds its keys.
  assert.equal(setting('WatchdogSignal'), 'SIGKILL');
  assert.match(setting('Restart'), /^(?:on-failure|on-abnormal|on-watchdog|always)$/);
});
