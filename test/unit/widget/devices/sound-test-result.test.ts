import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findingsAfter,
  noFindings,
  type Sample,
  verdict,
} from '../../../../widget/devices/sound-test-result.ts';

const silence: Sample = { local: 0, returned: 0, received: 0 };

function after(...parts: readonly [number, Partial<Sample>][]) {
  let findings = noFindings;
  for (const [times, part] of parts)
    for (let i = 0; i < times; i++) findings = findingsAfter(findings, { ...silence, ...part });
  return findings;
}

test('the test waits for a visitor who has not spoken yet', () => {
  assert.equal(verdict(after([30, { received: 50 }]), false), 'speak');
});

test('a microphone without sound is silent after a while, and works once it has sound', () => {
  const quiet = [60, { received: 50 }] as const;
  assert.equal(verdict(after([...quiet]), false), 'silent');
  assert.equal(verdict(after([...quiet], [1, { received: 60, local: 0.5 }]), false), 'speak');
});

test('sound counts as returned only when it was measured in received packets', () => {
  const spoken = { local: 0.5, received: 50 };
  assert.equal(verdict(after([3, spoken]), false), 'speak');
  assert.equal(verdict(after([3, spoken], [1, { ...spoken, returned: 0.4 }]), false), 'works');
  assert.equal(verdict(after([3, { local: 0.5, returned: 0.4 }]), false), 'speak');
  assert.equal(verdict(after([3, { received: 50, returned: 0.4 }]), false), 'speak');
});

test('sound that does not return is lost: immediately when the test is over, otherwise after a while', () => {
  assert.equal(verdict(after([60, { local: 0.5 }]), false), 'lost');
  assert.equal(verdict(after([60, { local: 0.5, received: 50 }]), false), 'lost');
  assert.equal(verdict(after([5, { local: 0.5, received: 50 }]), true), 'lost');
  assert.equal(verdict(after([5, {}]), true), 'lost');
  assert.equal(verdict(after([5, { received: 50 }]), true), 'silent');
});

test('a good result stays good, with the latest round trip in whole milliseconds', () => {
  const good = { local: 0.5, returned: 0.4, received: 50 };
  const findings = after([1, { ...good, roundTrip: 0.0341 }], [90, { received: 900 }]);
  assert.equal(verdict(findings, true), 'works');
  assert.equal(findings.roundTrip, 34);
});
