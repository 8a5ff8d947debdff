// Real Firefox from Debian, driven over Marionette. Its own fake microphone sends a tone of the frequency it is told.
// It never sends media to loopback addresses: a gateway for it stands on one of the machine's other addresses.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserPage } from './browser-page.ts';
import { eventually } from './eventually.ts';
import { Marionette } from './marionette.ts';
import { installEar } from './page-ear.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

const SHADOW = 'shadow-6066-11e4-a52e-4f735466cecf';
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Launches a browser whose microphone hears `tone` Hz. */
export async function launchFirefox(tone: number): Promise<BrowserPage> {
  const profile = privateFolder('firefox');
  writeFileSync(join(profile, 'user.js'), preferences(tone));
  const visible = process.env.SIP_CALL_TEST_SHOW !== undefined;
  const args = [
    '--marionette',
    '--no-remote',
    '--profile',
    profile,
    ...(visible ? [] : ['--headless']),
    'about:blank',
  ];
  const firefox = new PeerProcess('Firefox', programPath('firefox-esr') ?? 'firefox-esr', args, {
    env: { HOME: profile },
  });
  const portFile = join(profile, 'MarionetteActivePort');
  await eventually(
    'Firefox listens',
    () => firefox.alive && existsSync(portFile) && readFileSync(portFile, 'utf8'),
    {
      within: 90_000,
    },
  );
  const marionette = await Marionette.connect(Number(readFileSync(portFile, 'utf8')));
  await marionette.command('WebDriver:NewSession', {});
  return new FirefoxPage(firefox, marionette);
}

class FirefoxPage implements BrowserPage {
  readonly #process: PeerProcess;
  readonly #marionette: Marionette;
  #questions = 0;

  constructor(firefox: PeerProcess, marionette: Marionette) {
    this.#process = firefox;
    this.#marionette = marionette;
  }

  get console(): readonly string[] {
    return this.#process.output().split('\n').slice(-20);
  }

  async open(url: string): Promise<void> {
    await this.#marionette.command('WebDriver:Navigate', { url });
    // Later than the page's own scripts, and early enough: nothing is played or connected before a click.
    await this.#run(`(${installEar})()`);
  }

  async evaluate<T>(work: () => T | Promise<T>): Promise<T> {
    const name = `data-answer-${++this.#questions}`;
    await this.#run(
      `Promise.resolve((${work})()).then(value => ({ value }), error => ({ error: String(error) }))` +
        `.then(answer => document.documentElement.setAttribute('${name}', JSON.stringify(answer)))`,
    );
    const script = `return document.documentElement.getAttribute('${name}')`;
    const text = await eventually(
      'the page answers',
      () => this.#marionette.command<string | null>('WebDriver:ExecuteScript', { script, args: [] }),
      { every: 20 },
    );
    const answer = JSON.parse(text) as { value: T; error?: string };
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  async clickButton(name: RegExp): Promise<void> {
    const element = await eventually(`a button ${name}`, () => this.#button(name));
    await this.#marionette.command('WebDriver:ElementClick', { id: element });
  }

  async seesButton(name: RegExp): Promise<boolean> {
    return (await this.#button(name)) !== undefined;
  }

  async close(): Promise<void> {
    await this.#marionette.command('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
    this.#marionette.close();
    await this.#process.stop(5_000);
  }

  /** Runs code in the page itself: Marionette's own scripts see the page through a glass wall. */
  async #run(code: string): Promise<void> {
    const script = `const element = document.createElement('script');
      element.textContent = arguments[0];
      document.head.append(element);
      element.remove();`;
    await this.#marionette.command('WebDriver:ExecuteScript', { script, args: [code] });
  }

  /** The visible button of the widget with this accessible name. */
  async #button(name: RegExp): Promise<string | undefined> {
    const css = { using: 'css selector' };
    const host = await this.#marionette.command<Record<string, string>>('WebDriver:FindElement', {
      ...css,
      value: 'sip-call',
    });
    const root = await this.#marionette.command<Record<string, string>>('WebDriver:GetShadowRoot', {
      id: host[ELEMENT],
    });
    const buttons = await this.#marionette.command<Record<string, string>[]>(
      'WebDriver:FindElementsFromShadowRoot',
      {
        ...css,
        value: 'button',
        shadowRoot: root[SHADOW],
      },
    );
    for (const { [ELEMENT]: id } of buttons) {
      const label = await this.#marionette.command<string>('WebDriver:GetComputedLabel', { id });
      if (!name.test(label)) continue;
      if (await this.#marionette.command<boolean>('WebDriver:IsElementDisplayed', { id })) return id;
    }
    return undefined;
  }
}

function preferences(tone: number): string {
  const values = {
    'marionette.port': 0,
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'media.navigator.audio.fake_frequency': tone,
    'media.autoplay.default': 0,
    'intl.accept_languages': 'en-US',
    'app.update.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'browser.safebrowsing.provider.google4.updateURL': '',
    'services.settings.server': 'data:,#remote-settings-dummy/v1',
    'media.gmp-manager.url': '',
  };
  return Object.entries(values)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}
