// What the shapes `card` and `page` show above the button: who is called, from attributes or from slots. Built by
// hand, as the button is: Lit's templates have not been loaded yet.
import type { ReactiveController } from 'lit';
import { surfaceStyles } from '../card/surface.styles.ts';
import type { ShapedHost } from '../element/shape.ts';
import { pageStyles } from './page.styles.ts';
import { personStyles } from './person.styles.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(surfaceStyles + personStyles + pageStyles);

export function shape(host: ShapedHost, face: HTMLElement): undefined {
  if (face.querySelector('.person')) return;
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new PersonView(host, face));
}

class PersonView implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #person = make('div', 'person');
  readonly #photo = make('img', 'photo', { alt: '' });
  readonly #initials = make('span', 'photo initials', { 'aria-hidden': 'true' });
  readonly #name = make('p', 'name');
  readonly #job = make('p', 'job');
  readonly #address = make('p', 'address');

  constructor(host: ShapedHost, face: HTMLElement) {
    this.#host = host;
    const words = make('div', 'words');
    words.append(slot('name', this.#name), slot('job', this.#job), this.#address);
    this.#person.append(slot('photo', this.#photo, this.#initials), words);
    face.prepend(this.#person);
    this.hostUpdated();
  }

  hostUpdated(): void {
    const said = (property: 'to' | 'name' | 'job' | 'photo') => this.#host[property]?.trim() ?? '';
    write(this.#name, said('name'));
    write(this.#job, said('job'));
    write(this.#initials, said('photo') ? '' : initials(said('name')));
    // The address has to be the name, then.
    const alone = !said('name') && !this.#host.querySelector('[slot=name]');
    this.#person.classList.toggle('alone', alone);
    // All of a page has a title; a part of one leaves that to the page.
    const isPage = this.#host.shape === 'page';
    entitle(this.#name, isPage && !alone);
    entitle(this.#address, isPage && alone);
    this.#photo.hidden = !said('photo');
    if (this.#photo.getAttribute('src') !== said('photo')) this.#photo.setAttribute('src', said('photo'));
    const address = said('to').replace(/^sip:/i, '');
    if (this.#address.textContent === address) return;
    // A long one may break where people would break it.
    const pieces = address.split(/(?<=[@.])/).flatMap(piece => [piece, document.createElement('wbr')]);
    const whole = document.createElement('bdi');
    whole.append(...pieces);
    this.#address.replaceChildren(whole);
  }
}

/** Up to two letters that stand in for a photograph: `AP` for "Anna Petrova". */
function initials(name: string): string {
  const words = name.split(/\s+/u).filter(word => /^[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map(word => [...(word ?? '')][0]?.toLocaleUpperCase()).join('');
}

function write(element: HTMLElement, text: string): void {
  element.textContent = text;
  element.hidden = !text;
}

/** Makes it the page's heading, or none. */
function entitle(element: HTMLElement, on: boolean): void {
  for (const [name, value] of [['role', 'heading'] as const, ['aria-level', '1'] as const]) {
    if (on) element.setAttribute(name, value);
    else element.removeAttribute(name);
  }
}

/** An element of these parts, which are its classes too. */
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

function slot(name: string, ...otherwise: readonly HTMLElement[]): HTMLSlotElement {
  const element = document.createElement('slot');
  element.name = name;
  element.append(...otherwise);
  return element;
}
