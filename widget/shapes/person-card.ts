// The person above the button in the shapes `card` and `page`, from attributes or slots. Built without templates, as the
// button is: Lit is not loaded yet.
import type { ReactiveController } from 'lit';
import { surfaceStyles } from '../card/surface.styles.ts';
import type { ShapedHost } from '../element/shape.ts';
import { pageStyles } from './page.styles.ts';
import { personStyles } from './person-card.styles.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(surfaceStyles + personStyles + pageStyles);

export function shape(host: ShapedHost, shell: HTMLElement): undefined {
  if (shell.querySelector('.person')) return;
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new PersonView(host, shell));
}

class PersonView implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #person = make('div', 'person');
  readonly #photo = make('img', 'photo', { alt: '' });
  readonly #initials = make('span', 'photo initials', { 'aria-hidden': 'true' });
  readonly #name = make('p', 'name');
  readonly #job = make('p', 'job');
  readonly #address = make('p', 'address');

  constructor(host: ShapedHost, shell: HTMLElement) {
    this.#host = host;
    const details = make('div', 'details');
    details.append(slot('name', this.#name), slot('job', this.#job), this.#address);
    this.#person.append(slot('photo', this.#photo, this.#initials), details);
    shell.prepend(this.#person);
    this.hostUpdated();
  }

  hostUpdated(): void {
    const value = (property: 'to' | 'name' | 'job' | 'photo') => this.#host[property]?.trim() ?? '';
    write(this.#name, value('name'));
    write(this.#job, value('job'));
    write(this.#initials, value('photo') ? '' : initials(value('name')));
    // Without a name, the address takes its place.
    const addressOnly = !value('name') && !this.#host.querySelector('[slot=name]');
    this.#person.classList.toggle('address-only', addressOnly);
    // A page needs a heading of level 1; a card leaves the headings to the page around it.
    const isPage = this.#host.shape === 'page';
    setHeading(this.#name, isPage && !addressOnly);
    setHeading(this.#address, isPage && addressOnly);
    this.#photo.hidden = !value('photo');
    if (this.#photo.getAttribute('src') !== value('photo')) this.#photo.setAttribute('src', value('photo'));
    const address = value('to').replace(/^sip:/i, '');
    if (this.#address.textContent === address) return;
    // A long address breaks after @ and dots.
    const pieces = address.split(/(?<=[@.])/).flatMap(piece => [piece, document.createElement('wbr')]);
    const whole = document.createElement('bdi');
    whole.append(...pieces);
    this.#address.replaceChildren(whole);
  }
}

/** Up to two letters in place of a photograph: `AP` for "Anna Petrova". */
function initials(name: string): string {
  const words = name.split(/\s+/u).filter(word => /^[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map(word => [...(word ?? '')][0]?.toLocaleUpperCase()).join('');
}

function write(element: HTMLElement, text: string): void {
  element.textContent = text;
  element.hidden = !text;
}

/** Makes the element the page's heading, or removes that. */
function setHeading(element: HTMLElement, on: boolean): void {
  for (const [name, value] of [['role', 'heading'] as const, ['aria-level', '1'] as const]) {
    if (on) element.setAttribute(name, value);
    else element.removeAttribute(name);
  }
}

/** An element whose parts and classes are the same. */
function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  parts: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = parts;
  element.part = parts;
  for (const name in attributes) element.setAttribute(name, attributes[name] ?? '');
  return element;
}

function slot(name: string, ...defaults: readonly HTMLElement[]): HTMLSlotElement {
  const element = document.createElement('slot');
  element.name = name;
  element.append(...defaults);
  return element;
}
