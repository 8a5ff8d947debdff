// The accessibility of every state in the gallery: axe finds nothing in either language, theme or width; targets are
// large enough; nothing overflows a narrow screen; reduced motion, forced colours and the keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every pair of language, theme and width at least once. */
const looks = [
  { lang: 'en', colorScheme: 'light', width: 1280 },
  { lang: 'en', colorScheme: 'dark', width: 320 },
  { lang: 'ru', colorScheme: 'light', width: 320 },
  { lang: 'ru', colorScheme: 'dark', width: 1280 },
  { lang: 'ar', colorScheme: 'light', width: 320 },
  { lang: 'de', colorScheme: 'dark', width: 320 },
] as const;

describe('the widget in every state', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let page: Page;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium' });
    // During a fade the contrast is not the final one.
    page = await browser.newPage({ reducedMotion: 'reduce' });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  async function gallery(query: Readonly<Record<string, string>>): Promise<void> {
    await page.goto(`${site.origin}/gallery.html?${new URLSearchParams(query)}`);
    await page.locator('main[data-drawn]').waitFor({ timeout: 120_000 });
  }

  for (const { lang, colorScheme, width } of looks) {
    describe(`${lang}, ${colorScheme}, ${width} px wide`, () => {
      before(async () => {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await gallery({ lang });
      });

      it('axe finds nothing', async () => {
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(
          async () =>
            (await (window as unknown as { axe: typeof import('axe-core') }).axe.run({
              rules: { 'target-size': { enabled: true } },
            } as object)) as AxeResults,
        );
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
        );
        assert.deepEqual(found, []);
        assert.ok(passes.length > 20, `axe looked at ${passes.length} rules only`);
      });

      it('every control is at least 44 px high and wide', async () => {
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('sip-call')].flatMap(element =>
            [...(element.shadowRoot?.querySelectorAll('button, input, select, summary') ?? [])]
              .map(control => ({ control, box: control.getBoundingClientRect() }))
              .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
              .map(({ control, box }) => `${control.part}: ${box.width} by ${box.height}`),
          ),
        );
        assert.deepEqual(small, []);
      });

      it('nothing overflows its card or the screen', async () => {
        const out = await page.evaluate(() => {
          const edge = document.documentElement.clientWidth;
          const found = document.documentElement.scrollWidth > edge ? ['the page scrolls sideways'] : [];
          for (const element of document.querySelectorAll('sip-call')) {
            const card = element.shadowRoot?.querySelector('[part=card], [part=sound-check]');
            if (!card) continue;
            const { left, right } = card.getBoundingClientRect();
            for (const inner of card.querySelectorAll('p, button, span, input, select, label')) {
              const box = inner.getBoundingClientRect();
              if (box.width === 0 || (box.left >= left && box.right <= right && right <= edge)) continue;
              found.push(`${element.parentElement?.id}: ${inner.className} ${box.left}-${box.right}`);
            }
          }
          return found;
        });
        assert.deepEqual(out, []);
      });

      it('no two controls overlap', async () => {
        const over = await page.evaluate(() =>
          [...document.querySelectorAll('sip-call')].flatMap(element => {
            const drawn = [
              ...(element.shadowRoot?.querySelectorAll('.disc, .video-control, .minimize, .close') ?? []),
            ]
              .map(control => ({ name: control.className, box: control.getBoundingClientRect() }))
              .filter(({ box }) => box.width > 0);
            return drawn.flatMap(({ name, box }, i) =>
              drawn
                .slice(i + 1)
                .filter(({ box: next }) => box.left < next.right && next.left < box.right)
                .filter(({ box: next }) => box.top < next.bottom && next.top < box.bottom)
                .map(next => `${element.parentElement?.id}: ${name} and ${next.name}`),
            );
          }),
        );
        assert.deepEqual(over, []);
      });
    });
  }

  it('has a heading with its name in the gallery', async () => {
    await gallery({ lang: 'en' });
    const headings = await page.locator('figcaption').getByRole('heading', { level: 2 }).allTextContents();
    assert.equal(headings.length, await page.locator('.scenes figure').count());
    assert.equal(new Set(headings).size, headings.length);
    assert.ok(headings.length > 50);
  });

  it('shows its controls with forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await gallery({ lang: 'en' });
    // In its own row, the label of hanging up is a target too.
    const pressed = '.button, .disc:not(.many .hang-up *), .many .hang-up, .key, .primary, .close';
    const bare = await page.evaluate(
      pressed =>
        [...document.querySelectorAll('sip-call')].flatMap(element =>
          [...(element.shadowRoot?.querySelectorAll(pressed) ?? [])]
            .filter(control => Number.parseFloat(getComputedStyle(control).borderTopWidth) < 1)
            .map(control => `${element.parentElement?.id}: ${control.className}`),
        ),
      pressed,
    );
    assert.deepEqual(bare, []);
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('draws a line through the microphone when it is off, and only then', async () => {
    const struck = await page.evaluate(() =>
      ['in-call-muted-over-an-hour', 'failed-microphone-refused', 'in-call'].map(id => {
        const inside = document.querySelector(`#${id} sip-call`)?.shadowRoot;
        return [...(inside?.querySelectorAll('.slash') ?? [])].some(
          line => line.getBoundingClientRect().width > 0,
        );
      }),
    );
    assert.deepEqual(struck, [true, true, false]);
  });

  it('does not move when the visitor prefers reduced motion', async () => {
    const moving = await page.evaluate(() =>
      [
        document,
        ...[...document.querySelectorAll('sip-call')].map(element => element.shadowRoot as ShadowRoot),
      ]
        .flatMap(root => root.getAnimations())
        .map(({ effect }) => effect as KeyframeEffect)
        .map(({ target, pseudoElement }) => `${target?.className} ${pseudoElement ?? ''}`),
    );
    assert.deepEqual(moving, []);
  });

  it('is reached by the keyboard in reading order, with a visible focus', async () => {
    const scene = page.locator('#in-call-keypad sip-call');
    const read = await scene.evaluate(element =>
      [...(element.shadowRoot?.querySelectorAll<HTMLElement>('button, input, select') ?? [])]
        .filter(control => control.offsetParent)
        .map(control => control.innerText || control.ariaLabel),
    );
    await scene.evaluate(element => element.shadowRoot?.querySelector<HTMLElement>('[part=key]')?.focus());
    const walked: unknown[] = [];
    for (let step = 0; step < read.length; step++) {
      const [name, ring] = await scene.evaluate(element => {
        const focused = element.shadowRoot?.activeElement as HTMLElement | null | undefined;
        const ringed = focused && [focused, focused.parentElement!, ...focused.querySelectorAll('*')];
        const ring = ringed
          ?.map(one => getComputedStyle(one))
          .some(({ outlineStyle, outlineWidth }) => outlineStyle === 'solid' && outlineWidth === '2px');
        return [focused?.innerText || focused?.ariaLabel, ring] as const;
      });
      if (name === undefined) break;
      walked.push(name);
      // The first was focused by a script, which shows a focus ring only after a key press.
      if (step > 0) assert.ok(ring, `${name} shows no focus`);
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(walked, read.slice(-walked.length));
    assert.ok(walked.length >= 16, walked.join(', '));
  });

  it('keeps a focused control visible when the card grows at the bottom of a small screen', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    await gallery({ only: 'idle' });
    const left = await page.evaluate(async () => {
      type Calling = HTMLElement & {
        [report: symbol]: (event: object) => Promise<void>;
      };
      const element = document.querySelector('sip-call') as unknown as Calling;
      element.style.display = 'block';
      element.style.marginTop = '1200px';
      const button = element.shadowRoot!.querySelector('button')!;
      button.focus();
      button.scrollIntoView({ block: 'end' });
      const happened = [
        { type: 'requested', listen: false },
        { type: 'device-asked' },
        { type: 'device-granted' },
        { type: 'invited' },
        { type: 'rang', earlyMedia: false },
        { type: 'answered', at: Date.now() },
      ];
      for (const event of happened) {
        await element[Symbol.for('sip-call.report')]!(event);
        await new Promise(frame => requestAnimationFrame(() => setTimeout(frame)));
      }
      const card = element.shadowRoot!.querySelector('.card')!.getBoundingClientRect();
      return { state: element.getAttribute('state'), below: Math.max(0, card.bottom - innerHeight) };
    });
    assert.deepEqual(left, { state: 'in-call', below: 0 });
  });
});
