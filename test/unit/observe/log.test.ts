import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type Log } from '../../../gateway/observe/log.ts';

function logged(write: (log: Log) => void, addresses?: 'full' | 'short'): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog('debug', { write: text => void lines.push(text) }, addresses));
  return JSON.parse(lines.join());
}

test('addresses are shortened wherever they are logged, in child loggers too', () => {
  const remote = { address: '2001:db8:1:2::9', port: 5060 };
  const line = logged(
    log => log.child({ component: 'edge' }).info({ address: '203.0.113.9', remote }, 'x'),
    'short',
  );
  assert.equal(line.address, '203.0.113.0');
  assert.deepEqual(line.remote, { address: '2001:db8:1::', port: 5060 });
  assert.equal(logged(log => log.info({ address: '203.0.113.9' }, 'x')).address, '203.0.113.9');
});

test('an error is logged with its message and stack, without its other fields', () => {
  const error = Object.assign(new Error('it failed'), { res: { body: 'a=ice-pwd:secret' } });
  const line = logged(log => log.error({ error }, 'x'));
  assert.match(String(line.error), /^Error: it failed\n {4}at /);
  assert.doesNotMatch(JSON.stringify(line), /secret/);
  assert.equal(logged(log => log.error({ error: 'only words' }, 'x')).error, 'only words');
});

test('texts are limited anywhere in a line, and so are lists and depth', () => {
  const long = 'x'.repeat(100_000);
  const deep: object = { a: { b: { c: { d: { e: { f: long } } } } } };
  const many = Array.from({ length: 100_000 }, () => 'x');
  const fields = { uri: long, nested: { list: [long] }, deep, many, bytes: Buffer.alloc(100_000) };
  const line = logged(log => log.warn(fields, 'x'));
  assert.equal(line.uri, `${'x'.repeat(2048)}... (100000 characters)`);
  assert.equal((line.many as string[]).at(-1), '... (100000 items)');
  assert.equal(line.bytes, '100000 bytes');
  assert.ok(JSON.stringify(line).length < 6000);
  const error = logged(log => log.error({ error: new Error(long) }, 'x')).error as string;
  assert.ok(error.length < 2200);
});

test('no character of a text ends a line, or affects a terminal', () => {
  const hostile = '\n\r\u0000\u001b[2J\u007f\u0085\u009b\u2028\u2029\u061c\u200e\u200f\u202e\u2066\ud800';
  const lines: string[] = [];
  createLog('debug', { write: text => void lines.push(text) }).info(
    { uri: hostile, list: [{ [hostile]: hostile }] },
    'x',
  );
  const [line = ''] = lines;
  assert.match(line, /^[\x20-\x7e\ud800]+\n$/u);
  assert.equal(JSON.parse(line).uri, hostile);
});
