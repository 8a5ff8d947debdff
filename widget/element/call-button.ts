// The call button and the toggle of the sound check. Built once, without templates: a template engine for one button would
// be a third of the entry's size. Slots can replace its text and its svgElement.
const svgNamespace = 'http://www.w3.org/2000/svg';

/** A handset on a grid of 24; the card rotates it for hanging up. */
export const handset =
  'M3.2 6.9c0-2 1.7-3.7 3.7-3.7h.8c.6 0 1.2.4 1.4 1l1 3c.2.7 0 1.4-.5 1.8L8.4 10a11.5 11.5 0 0 0 5.6 5.6l1-1.2c.4-.5 1.1-.7 1.8-.5l3 1c.6.2 1 .8 1 1.4v.8c0 2-1.7 3.7-3.7 3.7C9.7 20.8 3.2 14.3 3.2 6.9Z';

const sliders = 'M3 7h9a3 3 0 0 1 6 0h3v2h-3a3 3 0 0 1-6 0H3Zm0 8h3a3 3 0 0 1 6 0h9v2h-9a3 3 0 0 1-6 0H3Z';

export interface CallButtonContent {
  readonly label: string;
  readonly soundCheck: string;
  readonly address: string;
  readonly disabled: boolean;
  /** Why it is disabled, or why calls are not answered now. */
  readonly reason: string;
  /** Pressed, and the code is loading. */
  readonly loading: boolean;
}

export class CallButton {
  readonly button = make('button', { part: 'button', class: 'button', type: 'button', 'data-next': '' });
  /** Opens the sound check. */
  readonly toggle = make('button', {
    part: 'sound-check-toggle',
    class: 'sound-check-toggle',
    type: 'button',
  });
  /** Both, side by side for any length of the button's text. */
  readonly row = make('div', { class: 'row' });
  readonly #label = make('slot', { name: 'label' });
  readonly #address = make('span', { class: 'sr-only' });

  constructor() {
    const icon = make('slot', { name: 'icon' });
    icon.append(draw(handset));
    this.toggle.append(draw(sliders));
    const label = make('span', { part: 'label' });
    label.append(this.#label);
    this.button.append(icon, label, this.#address);
    this.row.append(this.button, this.toggle);
  }

  show({ label, soundCheck, address, disabled, loading, reason }: CallButtonContent): void {
    this.toggle.title = soundCheck;
    this.#label.textContent = label;
    this.#address.textContent = ` ${address} ${reason}`;
    this.button.title = reason;
    // Not `disabled`, which would drop the focus and hide the reason from keyboard users.
    this.button.ariaDisabled = disabled || loading ? 'true' : null;
    this.button.classList.toggle('disabled', disabled);
    this.button.classList.toggle('loading', loading);
  }
}

function draw(shape: string): SVGElement {
  const svgElement = document.createElementNS(svgNamespace, 'svg');
  const path = document.createElementNS(svgNamespace, 'path');
  svgElement.setAttribute('viewBox', '0 0 24 24');
  svgElement.ariaHidden = 'true';
  path.setAttribute('d', shape);
  svgElement.append(path);
  return svgElement;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string>) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  return element;
}
