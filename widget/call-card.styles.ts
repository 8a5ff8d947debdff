// The card's looks: added to the element's own sheet when the card is loaded. Logical properties throughout,
// so that a right-to-left page turns it round by itself.

export const cardStyles = /* css */ `
  :host {
    --_surface: var(--sip-call-surface, #fff);
    --_line: var(--sip-call-line, #e2e8e5);
    --_control: var(--sip-call-control, #eef2f0);
    --_danger: var(--sip-call-danger, #c8322b);
    --_on-danger: var(--sip-call-on-danger, #fff);
  }
  @supports (color: light-dark(#000, #fff)) {
    :host {
      --_surface: var(--sip-call-surface, light-dark(#fff, #1a201d));
      --_line: var(--sip-call-line, light-dark(#e2e8e5, #313a36));
      --_control: var(--sip-call-control, light-dark(#eef2f0, #2a322e));
      --_danger: var(--sip-call-danger, light-dark(#c8322b, #ff7a6e));
      --_on-danger: var(--sip-call-on-danger, light-dark(#fff, #330603));
    }
  }
  .card {
    position: relative;
    display: flex;
    flex-direction: column;
    gap: 1rem;
    inline-size: var(--sip-call-width, 20rem);
    max-inline-size: 100%;
    padding: 1.25rem;
    border: 1px solid var(--_line);
    border-radius: var(--sip-call-radius, 1.5rem);
    background: var(--_surface);
    box-shadow: 0 1px 2px #0000000f, 0 18px 44px -20px #00140c52;
    animation: grow 0.28s cubic-bezier(0.2, 0.9, 0.25, 1);
    transform-origin: top left;
  }
  .card:dir(rtl) {
    transform-origin: top right;
  }
  @keyframes grow {
    from {
      opacity: 0;
      transform: translateY(-4px) scale(0.94);
    }
  }
  .card p {
    margin: 0;
  }
  svg:not(.struck) .slash {
    display: none;
  }
  .struck .slash {
    stroke: var(--_behind, var(--_surface));
    stroke-width: 2.5px;
    paint-order: stroke;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 0.875rem;
  }
  .who {
    min-inline-size: 0;
  }
  .badge {
    position: relative;
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 3rem;
    block-size: 3rem;
    border-radius: 50%;
    background: color-mix(in srgb, var(--_accent) 14%, transparent);
    color: var(--_accent);
    font-size: 1.0625rem;
  }
  .card:is([data-state='calling'], [data-state='ringing']) .badge::before,
  .card[data-state='ringing'] .badge::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: inherit;
    border: 2px solid var(--_accent);
    animation: wave 2s ease-out infinite;
  }
  .card[data-state='ringing'] .badge::after {
    animation-delay: 1s;
  }
  @keyframes wave {
    from {
      opacity: 0.5;
    }
    to {
      opacity: 0;
      transform: scale(1.5);
    }
  }
  .card[data-state='in-call'] .badge {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .address {
    font-weight: 600;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .status {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.5em;
    font-size: 0.9375em;
    color: var(--_quiet);
  }
  .timer {
    font-variant-numeric: tabular-nums;
    color: var(--_accent);
    font-weight: 600;
  }
  .hint {
    font-size: 0.9375em;
    font-weight: 400;
    line-height: 1.45;
    color: var(--_quiet);
    text-wrap: pretty;
  }
  .controls {
    display: flex;
    justify-content: space-around;
    gap: 0.5rem;
  }
  .control {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.4375rem;
    flex: 1 1 0;
    min-inline-size: 0;
    padding: 0;
    background: none;
    font-size: 0.8125em;
    color: var(--_quiet);
    border-radius: 1rem;
  }
  .disc {
    display: grid;
    place-items: center;
    inline-size: 3.5rem;
    block-size: 3.5rem;
    border-radius: 50%;
    background: var(--_control);
    color: var(--_text);
    font-size: 1.125rem;
    transition: background-color 0.15s, color 0.15s, scale 0.15s;
  }
  .control:hover .disc,
  .key:hover,
  .close:hover {
    background: color-mix(in srgb, var(--_control), var(--_text) 9%);
  }
  .control:active .disc,
  .key:active {
    scale: 0.94;
  }
  .control:focus-visible {
    outline: none;
  }
  .control:focus-visible .disc {
    outline: 2px solid var(--_accent);
    outline-offset: 3px;
  }
  .control.on .disc {
    --_behind: var(--_text);
    background: var(--_text);
    color: var(--_surface);
  }
  .hang-up .disc,
  .hang-up:hover .disc {
    background: var(--_danger);
    color: var(--_on-danger);
  }
  .hang-up:hover .disc {
    filter: brightness(1.08);
  }
  .hang-up svg {
    rotate: 135deg;
  }
  .loudness {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--_quiet);
  }
  .loudness input {
    flex: 1;
    min-inline-size: 0;
    block-size: 2.75rem;
    margin: -0.625rem 0;
    accent-color: var(--_accent);
    cursor: pointer;
  }
  .dial {
    display: grid;
    gap: 0.5rem;
    animation: grow 0.2s ease-out;
  }
  .typed {
    min-block-size: 1.5em;
    text-align: center;
    font-size: 1.25em;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.08em;
  }
  .keypad {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 0.5rem;
  }
  .key {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    min-block-size: 3.25rem;
    padding: 0;
    border-radius: 1rem;
    background: var(--_control);
    font-size: 1.25em;
    line-height: 1.1;
    transition: background-color 0.15s, scale 0.1s;
  }
  .key small:empty {
    display: none;
  }
  .key small {
    font-size: 0.5em;
    letter-spacing: 0.12em;
    color: var(--_quiet);
  }
  .over {
    align-items: flex-start;
    padding-inline-end: 1.5rem;
  }
  .over .address {
    font-size: 0.8125em;
    font-weight: 500;
    color: var(--_quiet);
  }
  .over .badge {
    background: var(--_control);
    color: var(--_quiet);
  }
  .card[data-state='failed'] .badge {
    background: color-mix(in srgb, var(--_danger) 12%, transparent);
    color: var(--_danger);
  }
  .over svg:not(.struck) {
    rotate: 135deg;
  }
  .title {
    font-weight: 600;
    line-height: 1.3;
    text-wrap: pretty;
  }
  .again {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 0.625em;
    min-block-size: 3rem;
    padding: 0.5em 1.25em;
    border-radius: 2em;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
  }
  .again:hover {
    filter: brightness(1.08);
  }
  .close {
    position: absolute;
    inset-block-start: 0.5rem;
    inset-inline-end: 0.5rem;
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    border-radius: 50%;
    background: none;
    color: var(--_quiet);
    font-size: 0.875rem;
  }
  .screen {
    position: relative;
    margin: -0.5rem -0.5rem 0.25rem;
    border-radius: 1.125rem;
    overflow: hidden;
    background: #0d120f;
    aspect-ratio: 4 / 3;
  }
  video {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .self {
    position: absolute;
    inset-block-end: 0.625rem;
    inset-inline-end: 0.625rem;
    inline-size: 28%;
    block-size: auto;
    aspect-ratio: 4 / 3;
    border-radius: 0.625rem;
    border: 2px solid #fffc;
    transform: scaleX(-1);
  }
  @media (forced-colors: active) {
    .disc,
    .key,
    .again,
    .close {
      border: 1px solid ButtonText;
    }
    .control.on .disc {
      border-width: 3px;
    }
    .struck .slash {
      stroke: Canvas;
    }
  }
`;
