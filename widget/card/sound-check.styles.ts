// The looks of the panel before a call, where they differ from the card's.

export const soundCheckStyles = /* css */ `
  .before {
    margin-block-start: 0.75rem;
  }
  /* Above a floating button, or below one at the top, in a line of its own. */
  :host([shape='floating']) .before-place:not(:empty) {
    order: -2;
    flex: 1 0 100%;
    min-inline-size: 0;
  }
  :host([shape='floating'][corner^='top']) .before-place:not(:empty) {
    order: 3;
  }
  :host([shape='floating']) .before {
    position: relative;
    inset: auto;
    margin-block: 0 0.75rem;
    max-block-size: calc(100dvh - 2 * var(--_block) - 4.5rem);
    border-radius: var(--sip-call-radius, 1.5rem);
  }
  :host([shape='floating'][corner^='top']) .before {
    margin-block: 0.75rem 0;
  }
  :host([shape='floating']) .before {
    margin-left: auto;
  }
  :host([shape='floating']:is([corner$='left'], :not([corner$='right']):dir(rtl))) .before {
    margin-left: 0;
  }
  /* Quiet, for "call" is still there and is what people came for. */
  .before .again {
    padding-inline: 0.75rem;
    background: var(--_control);
    color: var(--_text);
    box-shadow: none;
  }
  .before .again:hover {
    background: color-mix(in srgb, var(--_control), var(--_text) 9%);
    filter: none;
  }
  .name {
    margin: 0;
    padding-inline-end: 2.5rem;
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.3;
  }
  .returned {
    display: grid;
    gap: 0.375rem;
    /* One of the panels, a little nearer to the first than all else. */
    margin-block-start: -0.5rem;
    padding: 0.75rem 0.875rem 0.875rem;
    border-radius: 1rem;
    background: var(--_control);
    font-size: 0.8125em;
    color: var(--_quiet);
  }
  .bar.back i {
    inline-size: calc(var(--_theirs, 0) * 100%);
  }
  .says {
    display: grid;
    gap: 0.25rem;
  }
  .found {
    font-weight: 600;
    line-height: 1.4;
  }
  .before[data-verdict='untried'] .found {
    font-weight: 500;
    color: var(--_quiet);
  }
  .mirror {
    inline-size: 100%;
    aspect-ratio: 4 / 3;
    border-radius: 1rem;
    background: #000;
    object-fit: cover;
    scale: -1 1;
  }
`;
