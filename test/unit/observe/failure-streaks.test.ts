import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Failure, FailureStreaks } from '../../../gateway/observe/failure-streaks.ts';

const MINUTE = 60_000;
const failure: Failure = { code: 'pbx-silent', side: 'pbx', why: 'It said nothing', mend: 'Open the port' };

function watched() {
  const clock = { now: 0 };
  const lines: object[] = [];
  const rows = new FailureStreaks(
    { error: (fields: object) => void lines.push(fields) } as never,
    () => clock.now,
  );
  const fail = (times: number, code = failure.code, site = 'mysite.test') => {
    for (let i = 0; i < times; i++) rows.failed(site, { ...failure, code });
  };
  return { clock, lines, rows, fail };
}

test('five failures with one cause are one error, with the line that fixes it', () => {
  const { lines, rows, fail } = watched();
  fail(4);
  assert.deepEqual([lines, rows.isFailing('mysite.test')], [[], false]);
  fail(20);
  const { code: cause, ...expected } = failure;
  assert.deepEqual(lines, [{ site: 'mysite.test', failed: 5, cause, ...expected }]);
  assert.equal(rows.isFailing('mysite.test'), true);
  assert.equal(rows.isFailing('other.test'), false);
});

test('a success, or another cause, ends the streak', () => {
  const { lines, rows, fail } = watched();
  fail(4);
  rows.succeeded('mysite.test');
  fail(4);
  fail(4, 'pbx-fails');
  fail(4);
  assert.deepEqual(lines, []);
});

test('failures that visitors can cause alone are logged, and do not mean that the telephones fail', () => {
  const { lines, rows, fail } = watched();
  for (const side of ['visitor', 'visitor-network']) {
    for (let i = 0; i < 5; i++) rows.failed('mysite.test', { ...failure, code: side, side });
    assert.equal(rows.isFailing('mysite.test'), false);
  }
  assert.equal(lines.length, 2);
  fail(5);
  assert.equal(rows.isFailing('mysite.test'), true);
});

test('five failures count if they are within an hour', () => {
  const { clock, lines, fail } = watched();
  for (let i = 0; i < 20; i++) {
    fail(1);
    clock.now += 15 * MINUTE;
  }
  assert.deepEqual(lines, []);
  fail(1);
  clock.now += 14 * MINUTE;
  fail(4);
  assert.equal(lines.length, 1);
});

test('the error is logged once an hour per cause, also if the streak ended meanwhile', () => {
  const { clock, lines, rows, fail } = watched();
  fail(5);
  rows.succeeded('mysite.test');
  clock.now = 59 * MINUTE;
  fail(5);
  assert.equal(lines.length, 1);
  clock.now = 60 * MINUTE;
  fail(1);
  assert.equal(lines.length, 2);
  fail(5, 'pbx-fails');
  fail(5, 'pbx-silent', 'other.test');
  assert.equal(lines.length, 4);
});

test('the number of sites is limited', () => {
  const { rows, fail } = watched();
  for (let i = 0; i < 3_000; i++) fail(1, 'pbx-silent', `site${i}.test`);
  assert.equal(rows.size, 1_000);
});
