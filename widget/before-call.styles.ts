// The looks of the panel before a call, where they differ from the card's.

export const beforeStyles = /* css */ `
  .before {
    margin-block-start: 0.75rem;
  }
  /* Quiet, for "call" is still there and is what people came for. */
  .before .again {
    padding-inline: 0.75rem;
    background: var(--_control);
    color: var(--_text);
    box-shadow: none;
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
    padding-inline: 0.875rem;
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
