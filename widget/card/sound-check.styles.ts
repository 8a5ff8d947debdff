// The styles of the sound check, where they differ from the card's.

export const soundCheckStyles = /* css */ `
  .sound-check {
    margin-block-start: 0.75rem;
  }
  /* Above a floating button (below one at the top), on its own line. */
  :host([shape='floating']) .sound-check-place:not(:empty) {
    order: -2;
    flex: 1 0 100%;
    min-inline-size: 0;
  }
  :host([shape='floating'][corner^='top']) .sound-check-place:not(:empty) {
    order: 3;
  }
  :host([shape='floating']) .sound-check {
    position: relative;
    inset: auto;
    margin-block: 0 0.75rem;
    max-block-size: calc(100dvh - 2 * var(--_block) - 4.5rem);
    border-radius: var(--sip-call-radius, 1.5rem);
  }
  :host([shape='floating'][corner^='top']) .sound-check {
    margin-block: 0.75rem 0;
  }
  :host([shape='floating']) .sound-check {
    margin-left: auto;
  }
  :host([shape='floating']:is([corner$='left'], :not([corner$='right']):dir(rtl))) .sound-check {
    margin-left: 0;
  }
  /* Not prominent, because "Call" is still visible and more important. */
  .sound-check .primary {
    padding-inline: 0.75rem;
    background: var(--_control);
    color: var(--_text);
    box-shadow: none;
  }
  .sound-check .primary:hover {
    background: color-mix(in srgb, var(--_control), var(--_text) 9%);
    filter: none;
  }
  .sound-check .title {
    margin: 0;
    padding-inline-end: 2.5rem;
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.3;
  }
  .returned {
    display: grid;
    gap: 0.375rem;
    /* A little nearer to the panel above than the other rows. */
    margin-block-start: -0.5rem;
    padding: 0.75rem 0.875rem 0.875rem;
    border-radius: 1rem;
    background: var(--_control);
    font-size: 0.8125em;
    color: var(--_secondary-text);
  }
  .bar.returned-level i {
    inline-size: calc(var(--_remote-level, 0) * 100%);
  }
  .result {
    display: grid;
    gap: 0.25rem;
  }
  .result-title {
    font-weight: 600;
    line-height: 1.4;
  }
  .sound-check[data-verdict='untried'] .result-title {
    font-weight: 500;
    color: var(--_secondary-text);
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
