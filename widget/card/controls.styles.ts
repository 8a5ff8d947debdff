// The styles of a call's controls: round controls, volume, keys.

export const controlStyles = /* css */ `
  .controls {
    display: flex;
    justify-content: space-around;
    gap: 0.25rem;
    container-type: inline-size;
    contain-intrinsic-inline-size: 16rem;
  }
  .control {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.4375rem;
    /* As wide as the others, unless its label is longer. */
    flex: 1 1 auto;
    min-inline-size: 2.75rem;
    padding: 0;
    background: none;
    font-size: 0.8125em;
    color: var(--_secondary-text);
    border-radius: 1rem;
  }
  .disc {
    display: grid;
    place-items: center;
    inline-size: 3.5rem;
    block-size: 3.5rem;
    border-radius: 50%;
    background: var(--_control);
    color: var(--_text);
    font-size: 1.125rem;
    transition: background-color 0.15s, color 0.15s, scale 0.15s;
  }
  .control:hover .disc,
  .key:hover,
  .settings-toggle:hover,
  .close:hover {
    background: color-mix(in srgb, var(--_control), var(--_text) 9%);
  }
  .control:active .disc,
  .key:active {
    scale: 0.94;
  }
  .control:focus-visible {
    outline: none;
  }
  .control:focus-visible .disc {
    outline: 2px solid var(--_accent);
    outline-offset: 3px;
  }
  /* The visitor's loudness: a ring that grows around "mute". */
  .microphone-level {
    box-shadow: 0 0 0 calc(var(--_local-level, 0) * 0.3125rem) color-mix(in srgb, var(--_accent) 38%, transparent);
    transition: background-color 0.15s, color 0.15s, box-shadow 0.12s linear;
  }
  .on .microphone-level {
    box-shadow: none;
  }
  .control.on .disc {
    --_behind: var(--_text);
    background: var(--_text);
    color: var(--_surface);
  }
  .hang-up .disc,
  .hang-up:hover .disc {
    background: var(--_danger);
    color: var(--_on-danger);
  }
  .hang-up:hover .disc {
    filter: brightness(1.08);
  }
  .hang-up svg {
    rotate: 135deg;
  }
  .many {
    flex-wrap: wrap;
    row-gap: 1rem;
  }
  .many .hang-up {
    flex: 1 0 100%;
    flex-direction: row;
    justify-content: center;
    gap: 0.625rem;
    min-block-size: 3rem;
    border-radius: 2em;
    background: var(--_danger);
    color: var(--_on-danger);
    font-size: 1em;
    font-weight: 600;
  }
  .many .hang-up .disc {
    inline-size: auto;
    block-size: auto;
    background: none;
  }
  .many .hang-up:hover {
    filter: brightness(1.08);
  }
  .many .hang-up:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 3px;
  }
  .many .hang-up:focus-visible .disc {
    outline: none;
  }
  /* A card in the narrowest window of a phone. */
  @container (max-width: 264px) {
    .control {
      font-size: 0.75em;
    }
    .disc {
      inline-size: 3rem;
      block-size: 3rem;
    }
  }
  .volume,
  .volume label {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--_secondary-text);
  }
  .volume label {
    flex: 1;
    min-inline-size: 0;
  }
  .settings-toggle {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    margin: -0.625rem;
    margin-inline-start: 0;
    padding: 0;
    border-radius: 50%;
    background: none;
    outline-offset: -2px;
  }
  .settings-toggle[aria-expanded='true'] {
    background: var(--_control);
    color: var(--_text);
  }
  .volume input {
    flex: 1;
    min-inline-size: 0;
    block-size: 2.75rem;
    margin: -0.625rem 0;
    accent-color: var(--_accent);
    cursor: pointer;
  }
  /* The control is higher than its visible part: its own focus ring would cover the rows above and below. */
  @supports selector(:has(a)) {
    .volume input {
      outline: none;
    }
    .volume label:has(:focus-visible) {
      outline: 2px solid var(--_accent);
      outline-offset: 4px;
      border-radius: 1rem;
    }
  }
  .keypad-panel {
    display: grid;
    gap: 0.5rem;
    animation: grow 0.2s ease-out;
  }
  .typed {
    min-block-size: 1.5em;
    text-align: center;
    font-size: 1.25em;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.08em;
  }
  .keypad {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 0.5rem;
  }
  .key {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    min-block-size: 3.25rem;
    padding: 0;
    border-radius: 1rem;
    background: var(--_control);
    font-size: 1.25em;
    line-height: 1.1;
    transition: background-color 0.15s, scale 0.1s;
  }
  .key small:empty {
    display: none;
  }
  .key small {
    font-size: 0.5em;
    letter-spacing: 0.12em;
    color: var(--_secondary-text);
  }
  @media (forced-colors: active) {
    .disc,
    .key,
    .settings-toggle {
      border: 1px solid ButtonText;
    }
    .control.on .disc {
      border-width: 3px;
    }
    .many .hang-up {
      border: 1px solid ButtonText;
    }
    .many .hang-up .disc {
      border: 0;
    }
  }
`;
