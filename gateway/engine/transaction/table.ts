// The shape of a transaction's state table: pure data, with an entry for every pair of state and input. An input that
// RFC 3261 does not define for a state has no effect.

export interface Transition<State extends string, Action extends string> {
  readonly state: State;
  readonly actions: readonly Action[];
}

export type Table<State extends string, Input extends string, Action extends string> = {
  readonly [S in State]: { readonly [I in Input]: Transition<State, Action> };
};

type Transitions<State extends string, Input extends string, Action extends string> = {
  readonly [S in State]: { readonly [I in Input]?: readonly [State, ...Action[]] };
};

/** Completes the given transitions to the full product, so that a look-up always succeeds and never allocates. */
export function defineTable<State extends string, Input extends string, Action extends string>(
  states: readonly State[],
  inputs: readonly Input[],
  transitions: Transitions<State, Input, Action>,
): Table<State, Input, Action> {
  const table = {} as Record<State, Record<Input, Transition<State, Action>>>;
  for (const state of states) {
    const row = {} as Record<Input, Transition<State, Action>>;
    const ignored: Transition<State, Action> = Object.freeze({ state, actions: Object.freeze([]) });
    for (const input of inputs) {
      const transition = transitions[state][input];
      if (transition === undefined) row[input] = ignored;
      else {
        const [next, ...actions] = transition;
        row[input] = Object.freeze({ state: next, actions: Object.freeze(actions as Action[]) });
      }
    }
    table[state] = row;
  }
  return table;
}
