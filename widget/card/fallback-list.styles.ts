// The styles of the fallbacks: a list of buttons and links, and the callback form that one of them opens.

export const fallbackStyles = /* css */ `
  .card[data-reason='closed'] .badge svg {
    rotate: none;
  }
  .fallbacks ul {
    display: grid;
    gap: 0.5rem;
    margin: 0.625rem 0 0;
    padding: 0;
    list-style: none;
  }
  .fallback {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    inline-size: 100%;
    min-block-size: 3.25rem;
    padding: 0.5rem 0.875rem;
    border-radius: 1rem;
    background: var(--_control);
    color: var(--_text);
    font-weight: 500;
    line-height: 1.3;
    text-align: start;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  .fallback:hover {
    background: color-mix(in srgb, var(--_accent) 12%, var(--_control));
  }
  .fallback svg {
    font-size: 0.9375rem;
    color: var(--_accent);
  }
  .fallback span {
    min-inline-size: 0;
  }
  .fallback small {
    display: block;
    font-size: 0.8125rem;
    font-weight: 400;
    color: var(--_secondary-text);
  }
  .callback-form {
    display: grid;
    gap: 0.75rem;
    padding: 0.875rem;
    border-radius: 1rem;
    background: var(--_control);
  }
  .callback-form label {
    display: grid;
    gap: 0.25rem;
    font-size: 0.875rem;
    color: var(--_text);
  }
  .callback-form :is(input, textarea) {
    inline-size: 100%;
    min-block-size: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--_edge);
    border-radius: 0.75rem;
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
    font-size: 1rem;
    resize: vertical;
    outline-offset: -1px;
  }
  .callback-form :user-invalid {
    border-color: var(--_danger);
  }
  .primary.subdued {
    background: var(--_control);
    color: var(--_text);
  }
  .primary.subdued:hover {
    background: color-mix(in srgb, var(--_control), var(--_text) 9%);
    filter: none;
  }
  .sent {
    padding: 0.875rem;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_accent) 12%, transparent);
  }
  @media (forced-colors: active) {
    .fallback {
      border: 1px solid ButtonText;
    }
  }
`;
