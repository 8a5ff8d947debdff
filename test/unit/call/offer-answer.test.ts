// The table of offer and answer, as a whole: each state by each input.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OfferAnswer } from '../../../gateway/call/offer-answer.ts';
import {
  offerAnswerInputs,
  offerAnswerStates,
  offerAnswerTable,
} from '../../../gateway/call/offer-answer-table.ts';

/** `next:action`, a row for each input, a column for each state. */
const EXPECTED = `
             offered           shown             proposed         asked           agreed
preview      shown:show        shown:show        proposed:ignore  asked:ignore    agreed:ignore
reliable     agreed:take       agreed:take       proposed:ignore  asked:ignore    agreed:replace
success      agreed:take       agreed:take       proposed:ignore  asked:keep      agreed:replace
bareSuccess  agreed:miss       agreed:takeShown  proposed:ignore  asked:keep      agreed:keep
failure      agreed:keep       agreed:keep       proposed:ignore  asked:keep      agreed:keep
offer        offered:glare     asked:judge       proposed:glare   asked:busy      asked:judge
query        offered:glare     shown:glare       proposed:glare   asked:busy      proposed:propose
ack          offered:ignore    shown:ignore      asked:take       asked:ignore    agreed:ignore
bareAck      offered:ignore    shown:ignore      agreed:keep      asked:ignore    agreed:ignore
wanted       offered:wait      shown:wait        proposed:wait    asked:wait      offered:send
answered     offered:ignore    shown:ignore      proposed:ignore  agreed:keep     agreed:ignore
refused      offered:ignore    shown:ignore      agreed:keep      agreed:keep     agreed:ignore
`;

const [head = '', ...rows] = EXPECTED.trim().split('\n');
const states = head.trim().split(/\s+/);

describe('offer and answer in a dialog', () => {
  it('has a step for each state and input, and these are all of them', () => {
    assert.deepEqual(states, [...offerAnswerStates]);
    assert.deepEqual(
      rows.map(row => row.split(/\s+/)[0]),
      [...offerAnswerInputs],
    );
  });

  for (const row of rows) {
    const [input = '', ...steps] = row.split(/\s+/);
    for (const [index, state] of offerAnswerStates.entries()) {
      it(`${state}, ${input}`, () => {
        const [next, action] = offerAnswerTable[state][input as (typeof offerAnswerInputs)[number]];
        assert.equal(`${next}:${action}`, steps[index]);
      });
    }
  }

  const says = (status: number, description: string, reliable = false) => ({ status, reliable, description });

  it('takes what was shown for the answer where the 200 has none', () => {
    const dialog = new OfferAnswer('offered');
    dialog.responded(says(183, 'one'));
    dialog.responded(says(183, 'two'));
    dialog.responded(says(200, ''));
    assert.deepEqual([dialog.state, dialog.theirs], ['agreed', 'two']);
  });

  it('takes the reliable answer, and another one of the 200 in its place', () => {
    const dialog = new OfferAnswer('offered');
    dialog.responded(says(183, 'one', true));
    assert.equal(dialog.theirs, 'one');
    dialog.responded(says(200, 'two'));
    assert.equal(dialog.theirs, 'two');
  });

  it('does not go back to an old answer that is repeated after an offer', () => {
    const dialog = new OfferAnswer('offered');
    dialog.responded(says(183, 'one', true));
    assert.equal(dialog.on('offer'), 'judge');
    dialog.accepted('two');
    dialog.responded(says(200, 'one'));
    assert.deepEqual([dialog.state, dialog.theirs], ['agreed', 'two']);
  });

  it('keeps what stood when an offer is refused, whatever was shown', () => {
    const dialog = new OfferAnswer('agreed', 'one');
    assert.equal(dialog.on('wanted'), 'send');
    dialog.responded(says(183, 'two'));
    dialog.responded(says(488, ''));
    assert.deepEqual([dialog.state, dialog.theirs], ['agreed', 'one']);
  });
});
