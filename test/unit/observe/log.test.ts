import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type Log } from '../../../gateway/observe/log.ts';

function logged(write: (log: Log) => void, addresses?: 'whole' | 'short'): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog('debug', { write: text => void lines.push(text) }, addresses));
  return JSON.parse(lines.join());
}

test('addresses are shortened wherever they are logged, in rooms of their own too', () => {
  const remote = { address: '2001:db8:1:2::9', port: 5060 };
  const line = logged(
    log => log.child({ room: 'edge' }).info({ address: '203.0.113.9', remote }, 'x'),
    'short',
  );
  assert.equal(line.address, '203.0.113.0');
  assert.deepEqual(line.remote, { address: '2001:db8:1::', port: 5060 });
  assert.equal(logged(log => log.info({ address: '203.0.113.9' }, 'x')).address, '203.0.113.9');
});

test('an error is told by its words and where it came from, not by what it carries', () => {
  const error = Object.assign(new Error('it failed'), { res: { body: 'a=ice-pwd:secret' } });
  const line = logged(log => log.error({ error }, 'x'));
  assert.match(String(line.error), /^Error: it failed\n {4}at /);
  assert.doesNotMatch(JSON.stringify(line), /secret/);
  assert.equal(logged(log => log.error({ error: 'only words' }, 'x')).error, 'only words');
});
