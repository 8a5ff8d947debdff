import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseDevice, chosenDevice, mustSwitch } from '../../../../widget/devices/devices.ts';

const present = [
  { id: 'built-in', label: '' },
  { id: 'headset', label: '' },
];
const cases: readonly (readonly [string, Parameters<typeof mustSwitch>[0], boolean])[] = [
  ['all is as chosen', { ended: false, current: 'headset', chosen: 'headset', present }, false],
  ['the chosen one was plugged in', { ended: false, current: 'built-in', chosen: 'headset', present }, true],
  ['the one in use was pulled out', { ended: false, current: 'gone', chosen: 'gone', present }, true],
  [
    'its track has ended, whatever the list says',
    { ended: true, current: 'headset', chosen: undefined, present },
    true,
  ],
  [
    'nothing was chosen, and the one in use is there',
    { ended: false, current: 'built-in', chosen: undefined, present },
    false,
  ],
  [
    "the system's own follows the system",
    { ended: false, current: 'default', chosen: undefined, present },
    false,
  ],
  [
    'the chosen one is absent, and another does',
    { ended: false, current: 'built-in', chosen: 'gone', present },
    false,
  ],
  [
    'the browser does not say which is in use',
    { ended: false, current: undefined, chosen: undefined, present },
    false,
  ],
];

for (const [name, use, change] of cases) {
  test(`${name}: ${change ? 'changes' : 'stays'}`, () => assert.equal(mustSwitch(use), change));
}

test('without storage, nothing is chosen and nothing fails', () => {
  chooseDevice('audioinput', 'headset');
  assert.equal(chosenDevice('audioinput'), undefined);
});
