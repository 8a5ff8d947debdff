// The colours of surfaces, for the card and the shapes. Defined once; the button's colours are in sip-call.styles.ts.

export const surfaceStyles = /* css */ `
  :host {
    --_surface: var(--sip-call-surface, #fff);
    --_border: var(--sip-call-border, #e2e8e5);
    --_control: var(--sip-call-control, #eef2f0);
    --_edge: var(--_secondary-text);
    --_danger: var(--sip-call-danger, #c8322b);
    --_on-danger: var(--sip-call-on-danger, #fff);
  }
  @supports (color: light-dark(#000, #fff)) {
    :host {
      --_surface: var(--sip-call-surface, light-dark(#fff, #1a201d));
      --_edge: color-mix(in srgb, var(--_secondary-text) 80%, var(--_surface));
      --_border: var(--sip-call-border, light-dark(#e2e8e5, #313a36));
      --_control: var(--sip-call-control, light-dark(#eef2f0, #2a322e));
      --_danger: var(--sip-call-danger, light-dark(#c8322b, #ff7a6e));
      --_on-danger: var(--sip-call-on-danger, light-dark(#fff, #330603));
    }
  }
`;
