// The styles until the call card is loaded: the button, its loading state, its error. Colours are custom properties,
// defined once, here; light-dark() follows the page's color-scheme unless `theme` is set. `all: initial` on the shell
// keeps the page's inherited styles out. The build replaces rem (vite.config.ts), so that lengths do not depend on the
// page's font size.
export const styles = /* css */ `
  :host {
    --_rem: var(--sip-call-rem, 16px);
    --_accent: var(--sip-call-accent, #0b7a58);
    --_on-accent: var(--sip-call-on-accent, #fff);
    --_text: var(--sip-call-text, #17211d);
    --_secondary-text: var(--sip-call-secondary-text, #5a6761);
    display: inline-block;
    max-inline-size: 100%;
    vertical-align: middle;
  }
  .shell {
    all: initial;
    display: block;
    visibility: inherit;
    color-scheme: inherit;
    color: var(--_text);
    font: 500 1rem/1.35 var(--sip-call-font, system-ui, sans-serif);
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  /* The page's own content has the page's direction. */
  :host(:dir(ltr)) .shell > slot {
    direction: ltr;
  }
  :host(:dir(rtl)) .shell > slot {
    direction: rtl;
  }
  :host([theme='light']) .shell {
    color-scheme: light;
  }
  :host([theme='dark']) .shell {
    color-scheme: dark;
  }
  @supports (color: light-dark(#000, #fff)) {
    :host {
      --_accent: var(--sip-call-accent, light-dark(#0b7a58, #3ecf9b));
      --_on-accent: var(--sip-call-on-accent, light-dark(#fff, #05291d));
      --_text: var(--sip-call-text, light-dark(#17211d, #eef3f0));
      --_secondary-text: var(--sip-call-secondary-text, light-dark(#5a6761, #a3b0aa));
    }
  }
  * {
    box-sizing: border-box;
  }
  button {
    margin: 0;
    border: 0;
    font: inherit;
    color: inherit;
    cursor: pointer;
    touch-action: manipulation;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 3px;
  }
  svg {
    display: block;
    flex: none;
    inline-size: 1.375em;
    block-size: 1.375em;
    fill: currentColor;
  }
  .row,
  .button {
    display: flex;
    align-items: center;
  }
  .button {
    gap: 0.625em;
    min-inline-size: 0;
    min-block-size: 3rem;
    padding: 0.5em 1.5em 0.5em 1.125em;
    border-radius: var(--sip-call-button-radius, 2em);
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
    text-align: start;
    box-shadow: inset 0 1px #fff3, 0 1px 2px #0002, 0 8px 20px -10px var(--_accent);
    transition: translate 0.18s, filter 0.18s;
  }
  .button:hover {
    filter: brightness(1.08);
    translate: 0 -1px;
  }
  .button:active {
    translate: 0 1px;
  }
  .button[aria-disabled] {
    cursor: default;
    filter: none;
    translate: none;
  }
  .sound-check-toggle {
    flex: none;
    padding: 0.6875rem;
    margin-inline-start: 0.25rem;
    border-radius: 50%;
    background: none;
    color: var(--_secondary-text);
    outline-offset: -2px;
  }
  .sound-check-toggle:hover {
    color: var(--_text);
  }
  .disabled {
    opacity: 0.55;
    filter: saturate(0.3) !important;
    box-shadow: none;
  }
  .loading svg {
    animation: pulse 1.2s ease-in-out infinite alternate;
  }
  @keyframes pulse {
    to {
      opacity: 0.35;
    }
  }
  .error {
    margin: 0.5em 0 0;
    max-inline-size: 20rem;
    font-size: 0.875em;
    color: var(--_secondary-text);
  }
  .sr-only {
    position: absolute;
    overflow: hidden;
    inline-size: 1px;
    block-size: 1px;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    .button {
      border: 1px solid;
    }
  }
`;
