// A visitor: real Chromium with a microphone that plays a known tone. Presses what a person presses, by its role
// and name, and hears what the page really plays. SIP_CALL_TEST_SHOW=1 shows the browser at work.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { eventually, type Patience } from './eventually.ts';
import { installEar } from './page-ear.ts';
import { programPath } from './parts.ts';
import { privateFolder } from './private-folder.ts';
import { amplitudeAt, bursts, loudestFrequency, loudness, type Sound } from './tone.ts';
import { writeWav } from './wav.ts';

export interface Ended {
  readonly state: string;
  readonly reason?: string;
}

/** What a page may ask of the element. */
type Widget = HTMLElement & { hangUp(): void };

export class Visitor {
  /** Hz of what the microphone hears. */
  readonly tone: number;
  readonly #browser: Browser;
  #page: Page | undefined;
  #console: string[] = [];

  /** Launches a browser whose microphone hears `tone`, in bursts. */
  static async arrive(tone: number): Promise<Visitor> {
    const file = join(privateFolder('mic'), 'tone.wav');
    // A whole number of periods, so that it goes round without a click.
    writeFileSync(file, writeWav({ samples: bursts(tone, 48_000, 8), rate: 48_000 }));
    const browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      headless: process.env.SIP_CALL_TEST_SHOW === undefined,
      args: ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}`],
    });
    return new Visitor(browser, tone);
  }

  private constructor(browser: Browser, tone: number) {
    this.#browser = browser;
    this.tone = tone;
  }

  /** Opens a page in a fresh profile, with the microphone and the camera allowed to its site. */
  async open(url: string): Promise<void> {
    await this.#page?.context().close();
    const context = await this.#browser.newContext({
      permissions: ['microphone', 'camera'],
      locale: 'en-US',
    });
    this.#console = [];
    const page = await context.newPage();
    page.on('console', message => this.#console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', error => this.#console.push(`uncaught: ${error.message}`));
    page.on('requestfailed', request => this.#console.push(`failed: ${request.url()}`));
    await page.addInitScript(installEar);
    await page.goto(url);
    await page.evaluate(() => customElements.whenDefined('sip-call').then(() => {}));
    this.#page = page;
  }

  get page(): Page {
    if (!this.#page) throw new Error('the visitor has not opened a page');
    return this.#page;
  }

  /** What the page wrote to its console, for when a story fails. */
  get console(): readonly string[] {
    return this.#console;
  }

  /** A button by the name that it is read out by. */
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  async call(): Promise<void> {
    await this.button(/^Call /).click();
  }

  async hangUp(): Promise<void> {
    await this.button(/^(Hang up|Cancel)$/).click();
  }

  async press(digits: string): Promise<void> {
    const first = this.button(new RegExp(`^${digits[0]}`));
    if (!(await first.isVisible())) await this.button('Keypad').click();
    for (const digit of digits) {
      await this.button(new RegExp(`^${digit.replace(/[*#]/, '\\$&')}`)).click();
    }
  }

  async state(): Promise<string> {
    return await this.page.evaluate(
      () => document.querySelector('sip-call')?.getAttribute('state') ?? 'none',
    );
  }

  /** States since the page was opened, as the page's own listeners saw them. */
  async states(): Promise<readonly Ended[]> {
    return await this.page.evaluate(() => window.sipCallTest.states);
  }

  /** Resolves once the widget says so; rejects at once when the call ended in another way. */
  async waitFor(state: string, patience: Patience = {}): Promise<void> {
    const seen = await eventually(
      `the widget is ${state}`,
      async () => {
        const states = await this.states();
        const found = states.find(one => one.state === state || /^(?:ended|failed)$/.test(one.state));
        if (!found) throw new Error(states.map(one => one.state).join(', ') || 'idle');
        return found;
      },
      patience,
    );
    if (seen.state !== state) throw new Error(`the widget is ${seen.state} (${seen.reason}), never ${state}`);
  }

  /** Ends whatever call there is, so that a story that failed does not fail the next one. */
  async abandon(): Promise<void> {
    await this.#page
      ?.evaluate(() => (document.querySelector('sip-call') as Widget | null)?.hangUp())
      .catch(() => {});
  }

  /** Resolves with how the call ended. */
  async ended(patience: Patience = {}): Promise<Ended> {
    return await eventually(
      'the call ends',
      async () => {
        const last = (await this.states()).at(-1);
        if (last && (last.state === 'ended' || last.state === 'failed')) return last;
        throw new Error(`the widget is ${last?.state ?? 'idle'}`);
      },
      patience,
    );
  }

  /** What the page plays now; undefined when it plays nothing. */
  async heard(): Promise<Sound | undefined> {
    const heard = await this.page.evaluate(() => window.sipCallTest.listen());
    return heard && { rate: heard.rate, samples: heard.samples.map(sample => sample / 32767) };
  }

  /** Resolves once the loudest that the page plays is this frequency. */
  async hears(frequency: number, patience: Patience = {}): Promise<void> {
    await this.#listens(
      `the visitor hears ${frequency} Hz`,
      sound => {
        const found = loudestFrequency(sound);
        const level = loudness(sound.samples);
        return [Math.abs(found - frequency) <= 8 && level > 0.01, `${found} Hz at ${level.toFixed(4)}`];
      },
      patience,
    );
  }

  /** Resolves once each of these frequencies is in what the page plays. */
  async hearsAll(frequencies: readonly number[], patience: Patience = {}): Promise<void> {
    await this.#listens(
      `the visitor hears ${frequencies.join(' and ')} Hz`,
      ({ samples, rate }) => {
        const levels = frequencies.map(frequency => amplitudeAt(samples, rate, frequency));
        return [levels.every(level => level > 0.02), levels.map(level => level.toFixed(4)).join(', ')];
      },
      patience,
    );
  }

  /** Resolves once the page plays anything at all. */
  async hearsSomething(patience: Patience = {}): Promise<void> {
    const level = ({ samples }: Sound) => loudness(samples);
    await this.#listens(
      'the visitor hears something',
      sound => [level(sound) > 0.01, `loudness ${level(sound).toFixed(4)}`],
      patience,
    );
  }

  async leave(): Promise<void> {
    await this.#browser.close();
  }

  async #listens(
    what: string,
    judge: (sound: Sound) => [boolean, string],
    patience: Patience,
  ): Promise<void> {
    await eventually(
      what,
      async () => {
        const sound = await this.heard();
        if (!sound) throw new Error('the page plays nothing');
        const [good, seen] = judge(sound);
        if (!good) throw new Error(seen);
        return true;
      },
      { every: 120, ...patience },
    );
  }
}
