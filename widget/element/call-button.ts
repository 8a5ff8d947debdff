// The button before there is a call: built by hand, once, because a template engine for one button would be a
// third of what a page pays. Its words and its picture can be replaced by slots.
const svg = 'http://www.w3.org/2000/svg';

/** A handset on a grid of 24; the card turns it over for hanging up. */
export const handset =
  'M3.2 6.9c0-2 1.7-3.7 3.7-3.7h.8c.6 0 1.2.4 1.4 1l1 3c.2.7 0 1.4-.5 1.8L8.4 10a11.5 11.5 0 0 0 5.6 5.6l1-1.2c.4-.5 1.1-.7 1.8-.5l3 1c.6.2 1 .8 1 1.4v.8c0 2-1.7 3.7-3.7 3.7C9.7 20.8 3.2 14.3 3.2 6.9Z';

const sliders = 'M3 7h9a3 3 0 0 1 6 0h3v2h-3a3 3 0 0 1-6 0H3Zm0 8h3a3 3 0 0 1 6 0h9v2h-9a3 3 0 0 1-6 0H3Z';

export interface CallButtonContent {
  readonly label: string;
  readonly soundCheck: string;
  readonly address: string;
  readonly off: boolean;
  /** Why it is off, when that is not written beside it. */
  readonly why: string;
  /** Pressed, and the parts are on their way. */
  readonly wait: boolean;
}

export class CallButton {
  readonly button = make('button', { part: 'button', class: 'pill', type: 'button', 'data-next': '' });
  /** Opens the panel before a call. */
  readonly check = make('button', {
    part: 'sound-check',
    class: 'check',
    type: 'button',
  });
  /** Both, side by side whatever the button has to say. */
  readonly row = make('div', { class: 'row' });
  readonly #label = make('slot', { name: 'label' });
  readonly #address = make('span', { class: 'heard' });

  constructor() {
    const icon = make('slot', { name: 'icon' });
    icon.append(draw(handset));
    this.check.append(draw(sliders));
    const label = make('span', { part: 'label' });
    label.append(this.#label);
    this.button.append(icon, label, this.#address);
    this.row.append(this.button, this.check);
  }

  show({ label, soundCheck, address, off, wait, why }: CallButtonContent): void {
    this.check.title = soundCheck;
    this.#label.textContent = label;
    this.#address.textContent = ` ${address} ${why}`;
    this.button.title = why;
    // Not `disabled`: that would drop the focus, and hide the reason from those who tab.
    this.button.ariaDisabled = off || wait ? 'true' : null;
    this.button.classList.toggle('off', off);
    this.button.classList.toggle('wait', wait);
  }
}

function draw(shape: string): SVGElement {
  const picture = document.createElementNS(svg, 'svg');
  const path = document.createElementNS(svg, 'path');
  picture.setAttribute('viewBox', '0 0 24 24');
  picture.ariaHidden = 'true';
  path.setAttribute('d', shape);
  picture.append(path);
  return picture;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string>) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  return element;
}
