// The table of a call, as a whole: each state by each input.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CallInput, callInputs, callStates, callTable } from '../../../gateway/call/call-table.ts';

/** `next:action`, a row for each input, a column for each state. */
const EXPECTED = `
                setting-up         answering              established         ended
answered        answering:answer   answering:ignore       established:ignore  ended:release
joined          setting-up:ignore  established:establish  established:ignore  ended:release
refused         ended:refuse       ended:refuse           established:ignore  ended:ignore
failed          ended:refuse       ended:refuse           established:ignore  ended:ignore
cancelled       ended:refuse       ended:refuse           established:ignore  ended:ignore
visitorLeft     ended:refuse       answering:awaitSent    established:wait    ended:ignore
browserBye      ended:refuse       ended:refuse           ended:hangUp        ended:ignore
pbxBye          ended:refuse       ended:refuse           ended:hangUp        ended:ignore
request         setting-up:defer   answering:defer        established:perform ended:reject
engineLeft      ended:refuse       ended:refuse           established:wait    ended:ignore
engineBack      setting-up:ignore  answering:ignore       established:verify  ended:ignore
mediaConnected  setting-up:resume  answering:resume       established:resume  ended:ignore
mediaLost       ended:refuse       ended:refuse           established:wait    ended:ignore
mediaFailed     ended:refuse       ended:refuse           ended:hangUp        ended:ignore
pbxSilent       setting-up:ignore  answering:ignore       established:probe   ended:ignore
oneWay          setting-up:ignore  answering:ignore       established:notify  ended:ignore
deadline        ended:refuse       ended:refuse           ended:hangUp        ended:ignore
end             ended:refuse       ended:refuse           ended:hangUp        ended:ignore
`;

const [head = '', ...rows] = EXPECTED.trim().split('\n');

describe('the states of a call', () => {
  it('have a step for each input, and these are all states and inputs', () => {
    assert.deepEqual(head.trim().split(/\s+/), [...callStates]);
    assert.deepEqual(
      rows.map(row => row.split(/\s+/)[0]),
      [...callInputs],
    );
  });

  for (const row of rows) {
    const [input = '', ...steps] = row.split(/\s+/);
    for (const [index, state] of callStates.entries()) {
      it(`${state}, ${input}`, () => {
        assert.equal(callTable[state][input as CallInput].join(':'), steps[index]);
      });
    }
  }

  it('end once: no input leads out of the last state', () => {
    for (const input of callInputs) assert.equal(callTable.ended[input][0], 'ended');
  });
});
