// The availability line on the button, and the less prominent button that has one.

export const availabilityStyles = /* css */ `
  .availability {
    display: block;
    font-size: 0.8125em;
    font-weight: 400;
    line-height: 1.3;
    color: var(--_secondary-text);
    text-wrap: pretty;
  }
  .availability:empty {
    display: none;
  }
  .button.unavailable {
    padding-block: 0.4375em;
    background: color-mix(in srgb, var(--_accent) 12%, transparent);
    color: var(--_text);
    box-shadow: none;
  }
  .button.unavailable:not([aria-disabled]):hover {
    background: color-mix(in srgb, var(--_accent) 18%, transparent);
  }
  .unavailable svg {
    color: var(--_accent);
  }
`;
