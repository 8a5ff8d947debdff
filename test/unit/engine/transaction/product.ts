// Compares a state table with its whole product of states and inputs, written as a list of expected transitions.

import assert from 'node:assert/strict';
import type { Table } from '../../../../gateway/engine/transaction/table.ts';

/** `expected` maps `State input` to `NewState action action`. Every pair that is not listed must have no effect. */
export function assertProduct<State extends string, Input extends string, Action extends string>(
  table: Table<State, Input, Action>,
  states: readonly State[],
  inputs: readonly Input[],
  expected: Readonly<Record<string, string>>,
): void {
  const unseen = new Set(Object.keys(expected));
  for (const state of states) {
    for (const input of inputs) {
      const pair = `${state} ${input}`;
      const step = table[state][input];
      assert.equal([step.state, ...step.actions].join(' '), expected[pair] ?? state, pair);
      unseen.delete(pair);
    }
  }
  assert.deepEqual([...unseen], [], 'expectations for pairs that do not exist');
}
