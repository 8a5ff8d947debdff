// A visitor of the company's page: presses what a person presses, by the name it is read out by, sees what the
// widget says, and hears what the page really plays. Knows no browser in particular.

import type { BrowserPage, PageDevice } from './browser-page.ts';
import { eventually, type Patience, SOUND_MS } from './eventually.ts';
import { amplitudeAt, loudestFrequency, loudness, type Sound } from './tone.ts';

/** What a page may ask of the element. */
type Widget = HTMLElement & { hangUp(): void };

export interface Seen {
  readonly state: string;
  readonly reason?: string;
}

export class Visitor {
  /** Hz of what the microphone hears. */
  readonly tone: number;
  readonly #page: BrowserPage;

  constructor(page: BrowserPage, tone: number) {
    this.#page = page;
    this.tone = tone;
  }

  /** Has allowed the site these devices before; both unless told. */
  async open(url: string, allowed?: readonly PageDevice[]): Promise<void> {
    await this.#page.open(url, allowed);
    await this.#seesWidget();
  }

  /** What the page wrote to its console, for when a story fails. */
  get console(): readonly string[] {
    return this.#page.console;
  }

  async click(name: RegExp): Promise<void> {
    await this.#page.clickButton(name);
  }

  /** Types into a field, once it is there. */
  async fills(name: RegExp, text: string): Promise<void> {
    if (!this.#page.fill) throw new Error('this browser cannot be told');
    await this.#page.fill(name, text);
  }

  /** Leaves for another page, as by a link. */
  async goes(url: string): Promise<void> {
    if (!this.#page.go) throw new Error('this browser cannot be told');
    await this.#page.go(url);
  }

  /** Points at Call, or at nothing. */
  async points(on: boolean): Promise<void> {
    if (!this.#page.point) throw new Error('this browser cannot be told');
    await this.#page.point(on ? /^Call / : undefined);
  }

  async call(): Promise<void> {
    await this.click(/^Call /);
  }

  /** Presses Call, which opens a window here; resolves with the visitor as they are in that window. */
  async callInWindow(): Promise<Visitor> {
    if (!this.#page.opens) throw new Error('this browser cannot be told');
    const window = new Visitor(await this.#page.opens(() => this.call()), this.tone);
    await window.#seesWidget();
    return window;
  }

  async hangUp(): Promise<void> {
    await this.click(/^(Hang up|Cancel)$/);
  }

  /** Presses keys of the keypad, which it brings out first. */
  async press(digits: string): Promise<void> {
    if (!(await this.#page.seesButton(/^1/))) await this.click(/^Keypad$/);
    for (const digit of digits) await this.click(new RegExp(`^${digit.replace(/[*#]/, '\\$&')}`));
  }

  /** Allows the site these devices, and no others. */
  async allow(devices: readonly PageDevice[]): Promise<void> {
    await this.#page.allow?.(devices);
  }

  /** What the page has asked for since it was opened. */
  async askedFor(): Promise<readonly PageDevice[]> {
    return await this.#page.evaluate(() => window.sipCallTest.asked);
  }

  /** Resolves once exactly these devices are open: the others' lights are out. */
  async uses(devices: readonly PageDevice[]): Promise<void> {
    await eventually(`the page uses ${devices.join(' and ') || 'no device'}`, async () => {
      const open = await this.#page.evaluate(() => window.sipCallTest.open());
      if (open.sort().join() === [...devices].sort().join()) return true;
      throw new Error(open.join(' and ') || 'none');
    });
  }

  /** Resolves once `count` more frames of the other side's picture have been decoded, and it is shown. */
  async sees(count: number, patience: Patience = {}): Promise<Record<string, unknown>> {
    const inbound = async () => {
      const stats = await this.stats();
      const video = stats.find(entry => entry.type === 'inbound-rtp' && entry.kind === 'video');
      return { ...video, codec: stats.find(entry => entry.id === video?.codecId)?.mimeType };
    };
    const before = Number(((await inbound()) as Record<string, unknown>).framesDecoded ?? 0);
    const look = async () => {
      const video: Record<string, unknown> = await inbound();
      const frames = Number(video.framesDecoded ?? 0) - before;
      const picture = await this.#page.evaluate(() => {
        const seen = document
          .querySelector('sip-call')
          ?.shadowRoot?.querySelector('video[part=remote-video]');
        if (!(seen instanceof HTMLVideoElement)) return 'there is no picture';
        if (seen.paused) return 'the picture stands still';
        return seen.checkVisibility() ? 'shown' : `hidden at ${seen.videoWidth} px`;
      });
      if (frames >= count && picture === 'shown') return video;
      const { packetsReceived, framesReceived, keyFramesDecoded, pliCount, firCount } = video;
      throw new Error(
        `${frames} more frames, ${picture}; ${JSON.stringify({ packetsReceived, framesReceived, keyFramesDecoded, pliCount, firCount })}`,
      );
    };
    return await eventually(`${count} frames are decoded`, look, patience);
  }

  /** Resolves once the widget says this, to those who hear the page. */
  async isTold(text: RegExp, patience: Patience = {}): Promise<void> {
    await eventually(
      `the visitor is told ${text}`,
      async () => {
        const said = await this.#page.evaluate(
          () =>
            document.querySelector('sip-call')?.shadowRoot?.querySelector('[role=status]')?.textContent ?? '',
        );
        if (text.test(said)) return true;
        throw new Error(`the widget says "${said}"`);
      },
      patience,
    );
  }

  /** Resolves once the widget's three bars are called this. */
  async seesQuality(name: RegExp, patience: Patience = {}): Promise<void> {
    await eventually(
      `the visitor sees ${name}`,
      async () => {
        const said = await this.#page.evaluate(() =>
          document
            .querySelector('sip-call')
            ?.shadowRoot?.querySelector('[part=quality]')
            ?.getAttribute('aria-label'),
        );
        if (said && name.test(said)) return true;
        throw new Error(said ?? 'no bars');
      },
      patience,
    );
  }

  /** Runs in the page what no visitor presses: a plug that is pulled. It may use nothing from outside itself. */
  async happens<T>(work: () => T | Promise<T>): Promise<T> {
    return await this.#page.evaluate(work);
  }

  /** The browser notices that it has no network, or that it is back. */
  async offline(on: boolean): Promise<void> {
    if (!this.#page.offline) throw new Error('this browser cannot be told');
    await this.#page.offline(on);
  }

  /** States since the page was opened, as the page's own listeners saw them. */
  async states(): Promise<readonly Seen[]> {
    return await this.#page.evaluate(() => window.sipCallTest.states);
  }

  /** `getStats` of the page's newest connection. */
  async stats(): Promise<readonly Record<string, unknown>[]> {
    return await this.#page.evaluate(() => window.sipCallTest.stats());
  }

  /** Resolves once so much sound has left the page. An Asterisk takes no digit of a source that it does not know yet. */
  async isSending(seconds = 1): Promise<void> {
    await eventually(`${seconds} s of sound have left the page`, async () => {
      const sent = (await this.stats()).find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio');
      return Number(sent?.packetsSent ?? 0) >= 50 * seconds;
    });
  }

  /** Resolves once the widget has been in this state; rejects at once when the call ended in another way. */
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

  /** Resolves with how the call ended. */
  async ended(patience: Patience = {}): Promise<Seen> {
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
    const heard = await this.#page.evaluate(() => window.sipCallTest.listen());
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

  /** Ends whatever call there is, so that a story that failed does not fail the next one. */
  async abandon(): Promise<void> {
    try {
      await this.#page.evaluate(() => (document.querySelector('sip-call') as Widget | null)?.hangUp());
    } catch {
      // No page is open.
    }
  }

  /** Leaves, with its browser. */
  async stop(): Promise<void> {
    await this.#page.close();
  }

  async #seesWidget(): Promise<void> {
    await this.#page.evaluate(() => customElements.whenDefined('sip-call').then(() => {}));
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
      { within: SOUND_MS, every: 120, ...patience },
    );
  }
}
