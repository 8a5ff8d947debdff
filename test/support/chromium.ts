// Real Chromium from Debian, driven by playwright. Its microphone plays a file, its camera a test picture.
// SIP_CALL_TEST_SHOW=1 shows it at work.

import { createHash, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { certificate } from '../unit/engine/transport/test-certificate.ts';
import type { BrowserPage } from './browser-page.ts';
import { PATIENCE_MS } from './eventually.ts';
import { installEar } from './page-ear.ts';
import { programPath } from './parts.ts';
import { privateFolder } from './private-folder.ts';
import { bursts } from './tone.ts';
import { writeWav } from './wav.ts';

/** Believes the tests' own certificate, and no other that it would not believe by itself. */
const believed = createHash('sha256')
  .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
  .digest('base64');

/** Launches a browser whose microphone hears `tone` Hz, in bursts. */
export async function launchChromium(tone: number): Promise<BrowserPage> {
  const file = join(privateFolder('mic'), 'tone.wav');
  // Chromium plays it round and round.
  writeFileSync(file, writeWav({ samples: bursts(tone, 48_000, 8), rate: 48_000 }));
  const browser = await chromium.launch({
    executablePath: programPath('chromium') ?? 'chromium',
    headless: process.env.SIP_CALL_TEST_SHOW === undefined,
    args: [
      '--use-fake-device-for-media-stream=device-count=3',
      `--use-file-for-fake-audio-capture=${file}`,
      `--ignore-certificate-errors-spki-list=${believed}`,
    ],
  });
  return drive(browser, undefined);
}

/** `first`: a window that a page has opened already. */
function drive(browser: Browser, first: Page | undefined): BrowserPage {
  let page = first;
  let lines: string[] = [];
  const opened = () => {
    if (!page) throw new Error('no page is open');
    return page;
  };
  const button = (name: RegExp) => opened().getByRole('button', { name });
  const listen = (fresh: Page) => {
    const heard: string[] = [];
    lines = heard;
    fresh.on('console', message =>
      heard.push(`${message.type()}: ${message.text()} ${message.location().url}`),
    );
    fresh.on('pageerror', error => heard.push(`uncaught: ${error.message}`));
    fresh.on('requestfailed', request => heard.push(`failed: ${request.url()}`));
  };
  if (first) listen(first);

  return {
    async open(url, allowed = ['microphone', 'camera']) {
      await page?.context().close();
      const context = await browser.newContext({ permissions: [...allowed], locale: 'en-US' });
      await context.addInitScript(installEar);
      page = await context.newPage();
      listen(page);
      await page.goto(url);
    },
    async go(url) {
      await opened().goto(url);
    },
    async opens(work) {
      const [fresh] = await Promise.all([opened().waitForEvent('popup'), work()]);
      return drive(browser, fresh);
    },
    allow: devices => opened().context().grantPermissions(devices),
    evaluate: work => opened().evaluate(work),
    clickButton: name => button(name).click({ timeout: PATIENCE_MS }),
    fill: (name, text) => opened().getByRole('textbox', { name }).fill(text, { timeout: PATIENCE_MS }),
    point: name => (name ? button(name).hover({ timeout: PATIENCE_MS }) : opened().mouse.move(1, 1)),
    offline: on => opened().context().setOffline(on),
    seesButton: name => button(name).isVisible(),
    get console() {
      return lines;
    },
    close: () => (first ? first.close() : browser.close()),
  };
}
