// What a story needs of a browser, whichever it is: a page that is opened, asked and clicked as a person would.

export type PageDevice = 'microphone' | 'camera';

export interface BrowserPage {
  /**
   * Opens `url` in a fresh profile that allows its site these devices, both unless told; runs {@link installEar}.
   */
  open(url: string, allowed?: readonly PageDevice[]): Promise<void>;
  /** Leaves for another page in the same window; where the browser can be told. */
  go?(url: string): Promise<void>;
  /** The window that the page opens when this is done; where the browser can tell. */
  opens?(work: () => Promise<void>): Promise<BrowserPage>;
  /** Allows the site these from now on, and no others; where the browser can be told. */
  allow?(devices: readonly PageDevice[]): Promise<void>;
  /** Runs a function in the page, as text: it may use nothing from outside itself. Its result goes through JSON. */
  evaluate<T>(work: () => T | Promise<T>): Promise<T>;
  /** Clicks the button that is read out by this name, as soon as it can be seen. */
  clickButton(name: RegExp): Promise<void>;
  /** Types into the field that is read out by this name, as soon as it can be seen; where the browser can be told. */
  fill?(name: RegExp, text: string): Promise<void>;
  seesButton(name: RegExp): Promise<boolean>;
  /** Puts the pointer on that button, or where no button is; where the browser can be told. */
  point?(name?: RegExp): Promise<void>;
  /** Tells the page that there is no network, or that it is back; where the browser can. */
  offline?(on: boolean): Promise<void>;
  /** What the page wrote to its console since it was opened, as far as the browser tells. */
  readonly console: readonly string[];
  close(): Promise<void>;
}
