// The styles of a business card: the person and the button. The call card lies inside it, without a border.

export const personStyles = /* css */ `
  :host(:not([shape='card'], [shape='page'])) .person {
    display: none;
  }
  :host([shape='card']) .shell {
    inline-size: var(--sip-call-width, 22rem);
    max-inline-size: min(100%, 100vw - 2rem);
    padding: 1.5rem;
    box-sizing: border-box;
    border: 1px solid var(--_border);
    border-radius: var(--sip-call-radius, 1.5rem);
    background: var(--_surface);
    box-shadow: 0 1px 2px #0000000f, 0 18px 44px -20px #00140c52;
  }
  .person {
    display: flex;
    align-items: center;
    gap: 1rem;
  }
  .person p {
    margin: 0;
  }
  .person .details {
    min-inline-size: 0;
  }
  .photo,
  ::slotted([slot='photo']) {
    flex: none;
    inline-size: 4rem;
    block-size: 4rem;
    border-radius: 50%;
    object-fit: cover;
  }
  .initials {
    display: grid;
    place-items: center;
    background: color-mix(in srgb, var(--_accent) 10%, transparent);
    color: var(--_accent);
    font-size: 1.375rem;
    font-weight: 600;
    letter-spacing: 0.02em;
  }
  .name,
  ::slotted([slot='name']) {
    margin: 0;
    font-size: 1.1875rem;
    font-weight: 650;
    line-height: 1.25;
  }
  .job,
  .person .address {
    font-size: 0.9375rem;
    font-weight: 400;
    color: var(--_secondary-text);
    overflow-wrap: anywhere;
  }
  ::slotted([slot='name']),
  ::slotted([slot='job']) {
    display: block;
  }
  ::slotted([slot='job']) {
    margin: 0;
    font-size: 0.9375rem;
    font-weight: 400;
    color: var(--_secondary-text);
  }
  .address-only .address {
    font-size: 1.0625rem;
    font-weight: 600;
    color: var(--_text);
  }
  :host([shape='card']) .button {
    flex: 1;
    justify-content: center;
    margin-block-start: 1.25rem;
  }
  :host([shape='card']) .sound-check-toggle {
    margin-block-start: 1.25rem;
  }
  :host([shape='card']) .card {
    inline-size: auto;
    max-inline-size: none;
    margin: 1.25rem -1.5rem 0;
    padding: 1.25rem 1.5rem 0;
    border-width: 1px 0 0;
    border-radius: 0;
    background: none;
    box-shadow: none;
  }
  /* The address is above already. */
  :host([shape='card']) .card .address {
    display: none;
  }
`;
