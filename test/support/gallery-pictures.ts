// The gallery holding still, photographed: one shot of the whole wall, cut into its scenes. What differs between
// machines and moments is pinned here: fonts, time, motion, the caret. It knows nothing of pictures that were kept.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';

export interface Look {
  readonly lang: string;
  /** Of the window, in px; of the whole wall when absent, as on a desk. */
  readonly width?: number;
  /** Whether the page goes from right to left. */
  readonly rtl?: boolean;
  /** Scenes by their ids; all when absent. */
  readonly only?: readonly string[];
}

const CELL = { width: 400, margin: 8 };
const COLUMNS = 9;

/** Without hinting, which follows the machine's settings, and without colours at the edges of letters. */
export const steady = ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'];

const font = (file: string) => readFileSync(createRequire(import.meta.url).resolve(file)).toString('base64');
const fonts = [
  {
    range: 'U+0000-024F,U+2000-22FF',
    file: '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  },
  { range: 'U+0600-06FF', file: '@fontsource-variable/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2' },
];

/** The gallery on a page of its own. */
export interface Wall {
  /** Every scene as it looks now, by the scene's id. */
  photograph(scheme: 'light' | 'dark'): Promise<Map<string, PNG>>;
  close(): Promise<void>;
}

export async function openWall(browser: Browser, origin: string, look: Look): Promise<Wall> {
  const { lang, width = CELL.width * COLUMNS, rtl = false, only = [] } = look;
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  page.setDefaultTimeout(120_000);
  await page.clock.setFixedTime('2026-03-04T12:00:00Z');
  const query = new URLSearchParams({ lang, dir: rtl ? 'rtl' : 'ltr', only: only.join() });
  await page.goto(`${origin}/gallery.html?${query}`);
  await page.locator('main[data-drawn]').waitFor();
  await page.evaluate(still, {
    fonts: fonts.map(({ range, file }) => ({ range, data: font(file) })),
    sheet: `
      body { font-family: Pinned; }
      sip-call { --sip-call-font: Pinned; }
      .masthead, main > :not(.scenes), figcaption { display: none; }
      main { max-width: none; padding: 0; }
      .scenes {
        gap: 0;
        grid-template-columns: repeat(auto-fill, ${Math.min(width, CELL.width)}px);
      }
      figure { overflow: clip; padding: ${CELL.margin}px 16px; }
      figure[data-shape=floating], figure[data-shape=page] { padding: 0; border: 0; border-radius: 0; min-height: 32rem; }
    `,
  });
  return {
    async photograph(colorScheme) {
      await page.emulateMedia({ colorScheme });
      return await cut(page);
    },
    close: () => page.close(),
  };
}

async function cut(page: Page): Promise<Map<string, PNG>> {
  // A machine with much else to do shows the painted people no frame for a while.
  await page.waitForFunction(moving);
  const places = await page.evaluate(bounds, CELL.margin);
  const wall = PNG.sync.read(await page.screenshot({ fullPage: true }));
  const pictures = new Map<string, PNG>();
  for (const { id, left, top, width, height } of places) {
    const picture = new PNG({ width, height });
    PNG.bitblt(wall, picture, left, top, width, height, 0, 0);
    pictures.set(id, picture);
  }
  return pictures;
}

/** In the page. A policy without inline styles allows sheets and fonts that a script makes. */
async function still({
  fonts,
  sheet,
}: {
  fonts: readonly { range: string; data: string }[];
  sheet: string;
}): Promise<void> {
  for (const { range, data } of fonts) {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    document.fonts.add(
      await new FontFace('Pinned', bytes, { weight: '100 900', unicodeRange: range }).load(),
    );
  }
  const looks = new CSSStyleSheet();
  looks.replaceSync(sheet);
  document.adoptedStyleSheets.push(looks);
  const noCaret = new CSSStyleSheet();
  noCaret.replaceSync('* { caret-color: transparent !important; }');
  for (const scene of document.querySelectorAll('figure')) {
    scene.querySelector('sip-call')?.shadowRoot?.adoptedStyleSheets.push(noCaret);
  }
  // One of many elements on a page has the focus: which one is chance.
  (document.activeElement as HTMLElement | null)?.blur();
}

/** In the page. */
function moving(): boolean {
  const inside = [...document.querySelectorAll('sip-call')].map(({ shadowRoot }) => shadowRoot);
  const videos = inside.flatMap(root => [...(root?.querySelectorAll('video') ?? [])]);
  return (
    !inside.some(root => root?.querySelector('.still')) &&
    videos.every(video => video.getVideoPlaybackQuality().totalVideoFrames > 3)
  );
}

/** In the page: what of each cell has anything in it, with room for its shadow. */
function bounds(margin: number) {
  // Rows of whole pixels: a scene that grows moves others, and blurs none.
  for (const scene of document.querySelectorAll('figure')) {
    scene.style.blockSize = '';
    scene.style.blockSize = `${Math.ceil(scene.getBoundingClientRect().height)}px`;
  }
  return [...document.querySelectorAll('figure')].map(scene => {
    const cell = scene.getBoundingClientRect();
    const whole = {
      left: cell.left,
      top: cell.top + scrollY,
      right: cell.right,
      bottom: cell.bottom + scrollY,
    };
    const face = scene.querySelector('sip-call')?.shadowRoot?.firstElementChild;
    const inside = scene.dataset.shape ? scene : face;
    const { left, top, right, bottom } = inside?.getBoundingClientRect() ?? cell;
    const box = {
      left: Math.max(whole.left, Math.floor(left) - margin),
      top: Math.max(whole.top, Math.floor(top + scrollY) - margin),
      right: Math.min(whole.right, Math.ceil(right) + margin),
      bottom: Math.min(whole.bottom, Math.ceil(bottom + scrollY) + margin),
    };
    return {
      id: scene.id,
      left: box.left,
      top: box.top,
      width: box.right - box.left,
      height: box.bottom - box.top,
    };
  });
}
