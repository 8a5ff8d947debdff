// Compares a screenshot of every state in the gallery with the one that was last approved. `npm run pictures` approves
// the changed ones.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';
import type { PNG } from 'pngjs';
import { type Look, openWall, steady } from '../../support/gallery-pictures.ts';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import {
  difference,
  keep,
  keptNames,
  leaveEvidence,
  noteTakenBy,
  renewing,
  takenBy,
} from '../../support/kept-pictures.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

/** By the names of the folders in test/pictures/; `dark` has the same options as `light`. */
const looks: Readonly<Record<string, Look>> = {
  light: { lang: 'en' },
  narrow: {
    lang: 'en',
    width: 360,
    only: [
      'before-the-call',
      'in-call-keypad',
      'in-call-long-address',
      'in-call-both-are-seen',
      'idle-not-answering',
      'failed-server-unreachable-other-ways',
      'card-in-call',
      'floating',
      'floating-in-call',
      'floating-both-are-seen',
      'page-in-call',
    ],
  },
  'right-to-left': {
    lang: 'ar',
    rtl: true,
    only: [
      'idle-closed',
      'before-the-call-sound-came-back',
      'in-call-breaking-up',
      'in-call-both-are-seen',
      'ended-closed-other-ways',
      'card',
      'floating-in-call',
    ],
  },
  'long-words': {
    lang: 'de',
    only: ['idle-not-answering', 'in-call-muted-over-an-hour', 'in-call-camera-asked', 'seminar-speaking'],
  },
};

describe('screenshots of the gallery', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium', args: steady });
    if (renewing) noteTakenBy(`Chromium ${browser.version()}`);
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  for (const [name, look] of Object.entries(looks)) {
    it(`looks as approved: ${name}`, async test => {
      const present = `Chromium ${browser.version()}`;
      // Another version of Chromium may draw differently: reported, but no failure.
      if (present.split('.')[0] !== takenBy().split('.')[0])
        test.todo(`kept pictures are by ${takenBy()}, this is ${present}`);
      const wall = await openWall(browser, site.origin, look);
      const reports = [await compare(name, () => wall.photograph('light'))];
      if (name === 'light') reports.push(await compare('dark', () => wall.photograph('dark')));
      await wall.close();
      const found = reports.flat().join('\n');
      assert.ok(!found, `${found}\nto approve the change: npm run pictures`);
    });
  }

  it('does not restart a video when the card is drawn again', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/gallery.html?only=in-call-both-are-seen`);
    await page.locator('main[data-drawn]').waitFor({ timeout: 120_000 });
    const [videos, again] = await page.evaluate(async () => {
      const element = document.querySelector('sip-call') as HTMLElement & {
        requestUpdate(): void;
        updateComplete: Promise<unknown>;
      };
      const videos = [...(element.shadowRoot?.querySelectorAll('video') ?? [])];
      let again = 0;
      for (const video of videos) video.addEventListener('emptied', () => again++);
      for (let drawing = 0; drawing < 3; drawing++) {
        element.requestUpdate();
        await element.updateComplete;
      }
      // A video dispatches its events a task later.
      await new Promise(resolve => setTimeout(resolve));
      await new Promise(requestAnimationFrame);
      return [videos.length, again];
    });
    await page.close();
    assert.deepEqual([videos, again], [2, 0]);
  });

  /** What differs from the approved pictures, as text. */
  async function compare(set: string, photograph: () => Promise<Map<string, PNG>>): Promise<string[]> {
    let seen = await photograph();
    if (renewing) keep(set, seen);
    let differing = changes(set, seen);
    // On a busy machine a state may not be complete yet.
    for (const late of [300, 2_000, 10_000]) {
      if (differing.length === 0) break;
      await pause(late);
      seen = await photograph();
      differing = changes(set, seen);
    }
    assert.deepEqual(new Set(seen.keys()), new Set(keptNames(set)), `scenes of ${set}`);
    const reports = differing.map(({ name, how }) => `${set}/${name}: ${how}`);
    const [folder] = differing.map(({ name, picture }) => leaveEvidence(`${set}/${name}`, picture));
    return folder ? [...reports, `screenshot, approved picture and difference are in ${folder}`] : reports;
  }

  function changes(set: string, seen: ReadonlyMap<string, PNG>) {
    return [...seen].flatMap(([name, picture]) => {
      const how = difference(`${set}/${name}`, picture);
      return how ? [{ name, picture, how }] : [];
    });
  }
});
