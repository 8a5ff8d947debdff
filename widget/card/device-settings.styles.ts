// The styles of the device panel.

export const deviceSettingsStyles = /* css */ `
  .settings {
    display: grid;
    gap: 0.625rem;
    padding: 0.875rem;
    border-radius: 1rem;
    background: var(--_control);
    animation: grow 0.2s ease-out;
  }
  .choice {
    display: grid;
    gap: 0.25rem;
    min-inline-size: 0;
    font-size: 0.8125em;
    color: var(--_secondary-text);
  }
  select {
    inline-size: 100%;
    min-block-size: 2.75rem;
    padding: 0 0.125rem;
    /* Keeps the browser's arrow away from the visible border, which is a shadow. */
    border: solid transparent;
    border-width: 0 0.5rem;
    border-radius: 0.75rem;
    background: var(--_surface);
    box-shadow: 0 0 0 1px var(--_edge);
    color: var(--_text);
    font: inherit;
    font-size: 0.9375rem;
    text-overflow: ellipsis;
  }
  select:focus-visible {
    outline-offset: -1px;
  }
  .settings .bar {
    margin-block: -0.125rem 0.25rem;
  }
  .bar {
    block-size: 0.375rem;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_secondary-text) 20%, transparent);
    overflow: hidden;
  }
  .bar i {
    display: block;
    block-size: 100%;
    inline-size: calc(var(--_local-level, 0) * 100%);
    border-radius: inherit;
    background: var(--_accent);
    transition: inline-size 0.12s linear;
  }
  @media (forced-colors: active) {
    select {
      border: 1px solid;
    }
    .bar {
      border: 1px solid CanvasText;
    }
    .bar i {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
