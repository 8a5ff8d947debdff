// What <sip-call> stands on: attributes that are properties, one drawing for any number of changes, and Lit's
// controllers. Lit's own ReactiveElement does more than this element needs, and would be a third of what a page pays
// before anybody shows intent; the parts that come later cannot tell the difference.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Lets the page answer its visitor between two pieces of work. */
export const later = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

/** `flag` is a boolean attribute, `text` a string or, when absent, null. */
export type Attributes = Readonly<Record<string, 'text' | 'flag'>>;

// Where there is no DOM, the class can be made and nothing else.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Subclasses name their `attributes`; the properties of the same names are read from them and written to them.
 * `update` is called in a task after `requestUpdate` or a change of those, and first when the element is connected.
 */
export abstract class Reactive extends Base implements ReactiveControllerHost {
  /** Also heard of, though HTMLElement has the property. */
  static readonly alsoObserved: readonly string[] = [];
  static readonly properties: Attributes = {};
  static readonly sheet: string = '';

  protected hasUpdated = false;
  readonly #controllers = new Set<ReactiveController>();
  #changed = new Set<string>();
  #pending: Promise<void> | undefined;

  static get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: the subclass it is asked of has them.
    const { properties, alsoObserved, prototype } = this;
    for (const [name, kind] of Object.entries(properties)) {
      Object.defineProperty(prototype, name, {
        configurable: true,
        enumerable: true,
        get(this: Element) {
          return kind === 'flag' ? this.hasAttribute(name) : this.getAttribute(name);
        },
        set(this: Element, value: unknown) {
          if (kind === 'flag') this.toggleAttribute(name, Boolean(value));
          else if (value === null || value === undefined) this.removeAttribute(name);
          else this.setAttribute(name, String(value));
        },
      });
    }
    return [...Object.keys(properties), ...alsoObserved];
  }

  /** Resolves once what was changed until now is drawn. */
  get updateComplete(): Promise<boolean> {
    return Promise.resolve(this.#pending).then(() => true);
  }

  requestUpdate(): void {
    if (!this.shadowRoot || this.#pending) return;
    // The first drawing is there before the page is; later ones leave the task of the gesture or the message that they
    // follow from, so that what these begin is under way first.
    const turn = this.hasUpdated ? later() : Promise.resolve();
    this.#pending = turn.then(() => {
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
    if (!this.shadowRoot) this.#begin();
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
  /** What follows from the changes, before they are drawn. */
  protected abstract willUpdate(changed: ReadonlySet<string>): void;
  protected abstract update(changed: ReadonlySet<string>): void;

  #begin(): void {
    const { properties, sheet } = this.constructor as typeof Reactive;
    const own = this as unknown as Record<string, unknown>;
    // What a framework has set before the element was defined hides the accessors.
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
