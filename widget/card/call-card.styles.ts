// The card's styles, added to the element's style sheets when the card is loaded. Logical properties everywhere, so
// that they fit right-to-left pages too.

export const cardStyles = /* css */ `
  .card {
    position: relative;
    display: flex;
    flex-direction: column;
    gap: 1rem;
    inline-size: var(--sip-call-width, 20rem);
    /* Not wider than the window, even in a grid or a flex box that grows with its content. */
    max-inline-size: min(100%, 100vw - 2rem);
    padding: 1.25rem;
    border: 1px solid var(--_border);
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
  .header {
    display: flex;
    align-items: center;
    gap: 0.875rem;
  }
  .summary {
    flex: 1;
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
    box-shadow: 0 0 0 calc(var(--_remote-level, 0) * 0.4375rem)
      color-mix(in srgb, var(--_accent) 30%, transparent);
    transition: box-shadow 0.12s linear;
  }
  .address {
    font-weight: 600;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .status {
    position: relative;
    font-size: 0.9375em;
    color: var(--_secondary-text);
  }
  .timer {
    font-variant-numeric: tabular-nums;
    color: var(--_accent);
    font-weight: 600;
  }
  /* A space, so that the time follows the last word, or starts a new line when there is no room. */
  .timer::before {
    content: ' ';
    word-spacing: 0.25em;
  }
  .status:has(.quality) {
    padding-inline-end: 1.5rem;
  }
  .quality {
    position: absolute;
    inset-block-end: 0.1875rem;
    inset-inline-end: 0;
    display: flex;
    align-items: flex-end;
    gap: 2px;
    block-size: 0.875rem;
    color: var(--_accent);
  }
  .quality i {
    inline-size: 4px;
    block-size: 40%;
    border-radius: 1px;
    background: currentColor;
  }
  .quality i:nth-child(2) {
    block-size: 70%;
  }
  .quality i:nth-child(3) {
    block-size: 100%;
  }
  .quality.fair i:nth-child(3),
  .quality.poor i:not(:first-child) {
    opacity: 0.25;
  }
  .quality.poor {
    color: var(--_danger);
  }
  .hint {
    font-size: 0.9375em;
    font-weight: 400;
    line-height: 1.45;
    color: var(--_secondary-text);
    text-wrap: pretty;
  }
  .ended {
    align-items: flex-start;
    padding-inline-end: 1.5rem;
  }
  .ended .summary {
    display: grid;
    align-content: center;
    gap: 0.125rem;
    min-block-size: 3rem;
  }
  .ended .address {
    font-size: 0.8125em;
    font-weight: 500;
    color: var(--_secondary-text);
  }
  .ended .badge {
    background: var(--_control);
    color: var(--_secondary-text);
  }
  .card[data-state='failed'] .badge {
    background: color-mix(in srgb, var(--_danger) 12%, transparent);
    color: var(--_danger);
  }
  .ended svg:not(.struck) {
    rotate: 135deg;
  }
  .title {
    font-weight: 600;
    line-height: 1.3;
    text-wrap: pretty;
  }
  .primary {
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
  .primary:hover {
    filter: brightness(1.08);
  }
  .close,
  .video-control {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    border-radius: 50%;
    font-size: 0.875rem;
  }
  .close {
    position: absolute;
    inset-block-start: 0.5rem;
    inset-inline-end: 0.5rem;
    background: none;
    color: var(--_secondary-text);
    outline-offset: -2px;
  }
  @media (forced-colors: active) {
    .primary,
    .close {
      border: 1px solid ButtonText;
    }
    .struck .slash {
      stroke: Canvas;
    }
    .quality i {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`;
