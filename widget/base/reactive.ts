// The base class of <sip-call>: properties that reflect attributes, one update for several changes, and Lit's controllers.
// Lit's ReactiveElement has more than this element needs, and would be a third of the entry's size. The controllers of the
// parts that are loaded later work with either.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Resolves in a new task, so that the page can react to its visitor in between. */
export const newTask = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

/** By the property's name. `flag` is a boolean attribute, `text` a string, or null when absent. */
export type Properties = Readonly<Record<string, 'text' | 'flag'>>;

// Without a DOM (on a server) the class can be defined, but not used.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** `tokenUrl` is the attribute `token-url`. */
const attributeOf = (property: string) => property.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

/**
 * Subclasses list their `properties`; each one reads and writes the attribute of its name. `update` is called first when the
 * element is connected, then in a task after `requestUpdate` or a change of an attribute.
 */
export abstract class Reactive extends Base implements ReactiveControllerHost {
  static readonly properties: Properties = {};
  static readonly sheet: string = '';

  protected hasUpdated = false;
  readonly #controllers = new Set<ReactiveController>();
  #changed = new Set<string>();
  #pending: Promise<void> | undefined;

  static get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: the subclass defines them.
    const { properties, prototype } = this;
    for (const [name, kind] of Object.entries(properties)) {
      const attribute = attributeOf(name);
      Object.defineProperty(prototype, name, {
        configurable: true,
        enumerable: true,
        get(this: Element) {
          return kind === 'flag' ? this.hasAttribute(attribute) : this.getAttribute(attribute);
        },
        set(this: Element, value: unknown) {
          if (kind === 'flag') this.toggleAttribute(attribute, Boolean(value));
          else if (value === null || value === undefined) this.removeAttribute(attribute);
          else this.setAttribute(attribute, String(value));
        },
      });
    }
    // HTMLElement has the property of `lang`.
    return [...Object.keys(properties).map(attributeOf), 'lang'];
  }

  /** Resolves once all changes so far are drawn. */
  get updateComplete(): Promise<boolean> {
    return Promise.resolve(this.#pending).then(() => true);
  }

  requestUpdate(): void {
    if (!this.shadowRoot || this.#pending) return;
    // The first update is drawn with the page. Later ones run after the task of their gesture or message, so that the work
    // that these start goes first.
    const start = this.hasUpdated ? newTask() : Promise.resolve();
    this.#pending = start.then(() => {
      const changed = this.#changed;
      this.#changed = new Set();
      try {
        this.willUpdate(changed);
      } finally {
        this.#pending = undefined;
      }
      for (const controller of this.#controllers) controller.hostUpdate?.();
      this.update(changed);
      this.hasUpdated = true;
      for (const controller of this.#controllers) controller.hostUpdated?.();
    });
  }

  addController(controller: ReactiveController): void {
    this.#controllers.add(controller);
    if (this.shadowRoot && this.isConnected) controller.hostConnected?.();
  }

  removeController(controller: ReactiveController): void {
    this.#controllers.delete(controller);
  }

  connectedCallback(): void {
    if (!this.shadowRoot) this.#initialize();
    for (const controller of this.#controllers) controller.hostConnected?.();
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    for (const controller of this.#controllers) controller.hostDisconnected?.();
  }

  attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (old === value) return;
    this.#changed.add(name);
    this.requestUpdate();
  }

  /** Fills the shadow root, once. */
  protected abstract populate(root: ShadowRoot): void;
  /** Computes what follows from the changes, before they are drawn. */
  protected abstract willUpdate(changed: ReadonlySet<string>): void;
  protected abstract update(changed: ReadonlySet<string>): void;

  #initialize(): void {
    const { properties, sheet } = this.constructor as typeof Reactive;
    const own = this as unknown as Record<string, unknown>;
    // A property that a framework has set before the element was defined hides the accessor.
    for (const name of Object.keys(properties)) {
      if (!Object.hasOwn(own, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
    const root = this.attachShadow({ mode: 'open' });
    const styles = new CSSStyleSheet();
    styles.replaceSync(sheet);
    root.adoptedStyleSheets = [styles];
    this.populate(root);
  }
}
