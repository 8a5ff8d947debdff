// The pill's second line, and the calmer pill that has one.

export const availabilityStyles = /* css */ `
  .availability {
    display: block;
    font-size: 0.8125em;
    font-weight: 400;
    line-height: 1.3;
    color: var(--_quiet);
    text-wrap: pretty;
  }
  .availability:empty {
    display: none;
  }
  .pill.calm {
    padding-block: 0.4375em;
    background: color-mix(in srgb, var(--_accent) 12%, transparent);
    color: var(--_text);
    box-shadow: none;
  }
  .pill.calm:not([aria-disabled]):hover {
    background: color-mix(in srgb, var(--_accent) 18%, transparent);
  }
  .calm svg {
    color: var(--_accent);
  }
`;
