// The styles of a page with only the button: centred, and large enough for a thumb.

export const pageStyles = /* css */ `
  :host([shape='page']) {
    --_page: var(--sip-call-page-background, #f3f6f4);
    display: block;
  }
  @supports (color: light-dark(#000, #fff)) {
    :host([shape='page']) {
      --_page: var(--sip-call-page-background, light-dark(#f3f6f4, #0e1311));
    }
  }
  :host([shape='page']) .shell {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: safe center;
    box-sizing: border-box;
    min-block-size: var(--sip-call-min-height, 100dvh);
    padding: max(1.5rem, env(safe-area-inset-top)) max(1rem, env(safe-area-inset-right))
      max(1.5rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left));
    background: var(--_page);
  }
  :host([shape='page']) .person {
    flex-direction: column;
    text-align: center;
  }
  :host([shape='page']) .photo,
  :host([shape='page']) ::slotted([slot='photo']) {
    inline-size: 7rem;
    block-size: 7rem;
    font-size: 2.25rem;
  }
  :host([shape='page']) .person .name,
  :host([shape='page']) ::slotted([slot='name']) {
    font-size: 1.75rem;
    letter-spacing: -0.01em;
  }
  :host([shape='page']) .job,
  :host([shape='page']) .person .address {
    font-size: 1.125rem;
  }
  :host([shape='page']) .button {
    margin-block-start: 2rem;
    min-block-size: 4.5rem;
    padding: 0.5em 1.75em 0.5em 1.375em;
    font-size: 1.375rem;
  }
  :host([shape='page']) .sound-check-toggle {
    margin: 0.75rem 0 0;
  }
  :host([shape='page']) .card {
    inline-size: min(100%, var(--sip-call-width, 24rem));
    padding: clamp(1.25rem, 5vw, 1.75rem);
  }
  :host([shape='page']) .shell > div:not(.person) {
    display: contents;
  }
  :host([shape='page']) .open .person {
    margin-block-end: 2rem;
  }
  :host([shape='page']) .card .address {
    display: none;
  }
`;
