// The styles of the floating shape: its corner, the card in it, and the sheet at the lower edge of a narrow screen.

export const floatingStyles = /* css */ `
  :host([shape='floating']) {
    display: contents;
  }
  :host(:not([shape='floating'])) .minimize {
    display: none;
  }
  :host([shape='floating']) .shell {
    --_gap: var(--sip-call-offset, 1.25rem);
    --_block: max(var(--_gap), env(safe-area-inset-top), env(safe-area-inset-bottom));
    --_inline: max(var(--_gap), env(safe-area-inset-left), env(safe-area-inset-right));
    position: fixed;
    z-index: var(--sip-call-z-index, 2147483000);
    bottom: var(--_block);
    right: var(--_inline);
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: right;
    max-inline-size: calc(100% - 2 * var(--_inline));
    animation: rise 0.3s ease-out;
    transition: translate 0.2s;
  }
  :host([shape='floating']) .open {
    display: block;
  }
  :host([shape='floating']) .row {
    max-inline-size: calc(100% - 2.75rem);
  }
  :host([corner^='top']) .shell {
    inset-block: var(--_block) auto;
  }
  /* The page's direction decides on which side lines end; the language decides the direction inside the element. */
  :host([shape='floating']:is([corner$='left'], :not([corner$='right']):dir(rtl))) .shell {
    left: var(--_inline);
    right: auto;
    justify-content: left;
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 0.75rem;
    }
  }
  /* Moved completely out of the window from either edge. */
  .moved-away:not(:focus-within) {
    translate: 0 calc(100% + 2 * var(--_block));
  }
  :host([corner^='top']) .moved-away:not(:focus-within) {
    translate: 0 calc(-100% - 2 * var(--_block));
  }
  :host([shape='floating']) .button {
    box-shadow: inset 0 1px #fff3, 0 2px 6px #0003, 0 14px 32px -12px #0007;
  }
  :host([shape='floating']) .error,
  :host([shape='floating']) .card {
    background: var(--_surface);
    box-shadow: 0 2px 8px #00000014, 0 24px 56px -18px #00140c73;
  }
  :host([shape='floating']) .error {
    padding: 0.5em 0.875em;
    border-radius: 0.75rem;
  }
  :host([shape='floating']) .card {
    max-block-size: calc(100dvh - 2 * var(--_block));
    overflow: auto;
    overscroll-behavior: contain;
  }
  .minimize {
    display: inline-grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    border-radius: 50%;
    background: none;
    outline-offset: -2px;
  }
  :host([shape='floating']) .sound-check-toggle {
    background: var(--_surface);
    box-shadow: 0 1px 4px #0003;
    margin-inline: 0.5rem;
  }
  /* On the side away from the edge. */
  :host([shape='floating']) .shell:not(.open):dir(ltr) :is(.minimize, .sound-check-toggle),
  :host([shape='floating']:is([corner$='left'], :not([corner$='right']):dir(rtl))) .shell:not(.open):dir(rtl) :is(.minimize, .sound-check-toggle) {
    order: -1;
  }
  :host([shape='floating']:is([corner$='left'], :not([corner$='right']):dir(rtl))) .shell:not(.open):dir(ltr) :is(.minimize, .sound-check-toggle) {
    order: 0;
  }
  .minimize::before {
    content: '';
    grid-area: 1 / 1;
    inline-size: 1.75rem;
    block-size: 1.75rem;
    border-radius: 50%;
    background: var(--_surface);
    box-shadow: 0 1px 4px #0004;
  }
  .minimize::after {
    content: '';
    grid-area: 1 / 1;
    inline-size: 0.75rem;
    block-size: 0.75rem;
    background: linear-gradient(currentColor 0 0) center / 100% 2px no-repeat,
      linear-gradient(currentColor 0 0) center / 2px 100% no-repeat;
    color: var(--_secondary-text);
    rotate: 45deg;
  }
  .minimize:hover::after {
    color: var(--_text);
  }
  .open .minimize {
    position: absolute;
    inset-block-start: 0.5rem;
    inset-inline-end: 0.5rem;
  }
  .open .minimize::before {
    background: none;
    box-shadow: none;
  }
  .open .minimize::after {
    inline-size: 0.625rem;
    block-size: 0.625rem;
    background: none;
    border: solid currentColor;
    border-width: 0 2px 2px 0;
    translate: 0 -2px;
  }
  .minimized .minimize::after {
    rotate: 225deg;
    translate: 0 2px;
  }
  :host([shape='floating']) .header:not(.ended) {
    padding-inline-end: 2rem;
  }
  .minimized .card > :not(.header) {
    display: none;
  }
  /* On a picture it looks like one more video control; those are on the other side. */
  :host([shape='floating']) .video-controls {
    inset-inline: 0.5rem auto;
  }
  .open:not(.minimized):has(.video:not([hidden])) .minimize {
    --_secondary-text: #fff;
    --_text: #fff;
    z-index: 1;
    inset-block-start: 1.125rem;
    inset-inline-end: 1.125rem;
  }
  .open:not(.minimized):has(.video:not([hidden])) .minimize::before {
    inline-size: 100%;
    block-size: 2.75rem;
    background: #0d120f8f;
  }
  .shell:not(.minimized) .video:not([hidden]) ~ .header:not(.ended) {
    padding-inline-end: 0;
  }
  @media (max-width: 30rem) {
    /* The availability text needs the room more than a sound check for a call that is not answered. */
    :host([shape='floating']) .unavailable + .sound-check-toggle {
      display: none;
    }
    :host([shape='floating']) .open {
      inset: auto 0 0 !important;
      max-inline-size: none;
    }
    :host([shape='floating']) .card {
      inline-size: 100%;
      max-inline-size: none;
      border-width: 1px 0 0;
      border-end-start-radius: 0;
      border-end-end-radius: 0;
      max-block-size: calc(100dvh - 3rem);
      padding-block-end: max(1.25rem, env(safe-area-inset-bottom));
      animation-name: rise;
    }
  }
  @media (forced-colors: active) {
    .minimize {
      border: 1px solid ButtonText;
    }
    .minimize::after {
      forced-color-adjust: none;
      color: ButtonText;
    }
  }
  @media print {
    :host([shape='floating']) .shell {
      display: none;
    }
  }
`;
