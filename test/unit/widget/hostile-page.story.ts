// Compares a page whose style sheet matches every element with a page without styles: the content of the element looks
// the same and works, and no style of the element affects the page.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type GallerySite, startGallerySite } from '../../support/gallery-site.ts';
import { partsMissing, programPath } from '../../support/parts.ts';

const hostile = `
  * { all: unset !important; }
  html { font-size: 7px !important; }
  body * {
    font: italic 40px/3 monospace !important; letter-spacing: 0.3em !important; word-spacing: 2em !important;
    text-transform: uppercase !important; text-align: center !important; text-indent: 3em !important;
    text-shadow: 2px 2px red !important; white-space: pre !important; color: red !important; cursor: wait !important;
    box-sizing: content-box !important; border-collapse: collapse !important; user-select: none !important;
    -webkit-text-fill-color: red !important; -webkit-text-stroke: 3px blue !important;
  }
  button, section, p, svg { background: lime !important; border: 9px solid !important; padding: 50px !important; }
  svg { fill: red !important; width: 200px !important; height: 200px !important; }
  .card, .button, .shell, [hidden] { display: block !important; transform: rotate(9deg) !important; }
`;
const answered = [
  { type: 'requested' },
  { type: 'invited' },
  { type: 'rang', earlyMedia: false },
  { type: 'answered', at: 0 },
];

describe('a page that styles everything', { skip: partsMissing() }, () => {
  let site: GallerySite;
  let browser: Browser;
  let page: Page;

  before(async () => {
    site = await startGallerySite();
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium' });
    page = await browser.newPage({
      reducedMotion: 'reduce',
      viewport: { width: 1000, height: 700 },
      locale: 'en-US',
    });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  /** Every computed style and the size of everything inside the element. */
  async function looks(shape: string, style: string, facts: readonly object[]) {
    const element = `<sip-call to="director@mysite.test" shape="${shape}" name="Anna" job="Director"></sip-call>`;
    const script = '<script type="module" src="/sip-call.js"></script>';
    await page.goto(
      site.show(`<!doctype html><html lang="en"><style>${style}</style>${script}<body><div>${element}</div>`),
    );
    await page.waitForFunction(
      () =>
        document.querySelector('sip-call')?.shadowRoot?.querySelector<HTMLElement>('.shell')?.hidden ===
        false,
    );
    return await page.evaluate(async events => {
      const element = document.querySelector('sip-call') as unknown as HTMLElement &
        Record<symbol, (fact: object) => unknown>;
      for (const event of events) await element[Symbol.for('sip-call.report')]?.(event);
      await new Promise(requestAnimationFrame);
      // The page decides its position and background.
      const placed =
        /^(?:perspective|transform)-origin$|^(?:inset|left|right|top|bottom)|^(?:-webkit-locale)$/;
      return [...(element.shadowRoot?.querySelectorAll('*') ?? [])]
        .filter(inside => inside.localName !== 'time' && (inside as HTMLElement).checkVisibility?.())
        .map(inside => {
          const style = getComputedStyle(inside);
          const styles = [...style]
            .filter(name => !placed.test(name))
            .map(name => `${name}: ${style.getPropertyValue(name)}`);
          return { name: `${inside.localName}.${inside.getAttribute('class')}`, styles };
        });
    }, facts);
  }

  for (const shape of ['inline', 'card', 'floating', 'page']) {
    for (const [state, facts] of [
      ['idle', []],
      ['in call', answered],
    ] as const) {
      it(`does not change the shape ${shape}, ${state}`, async () => {
        const plain = await looks(shape, '', facts);
        const styled = await looks(shape, hostile, facts);
        assert.deepEqual(
          styled.map(({ name }) => name),
          plain.map(({ name }) => name),
        );
        const differences = styled.flatMap(({ name, styles }, index) =>
          styles.filter((line, at) => line !== plain[index]?.styles[at]).map(line => `${name} has ${line}`),
        );
        // In an inline element, blocks are as wide as the line.
        const lines = /^div\.(?:shell|shell open|row|null) has (?:inline-size|width)/;
        assert.deepEqual(
          differences.filter(difference => !lines.test(difference)),
          [],
        );
        assert.ok(plain.length >= 4, `${plain.length} elements were looked at`);
      });
    }
  }

  it('can still be used', async () => {
    await looks('inline', hostile, []);
    await page.getByRole('button', { name: /^Call / }).click();
    await page.getByRole('button', { name: /Cancel|Call again/ }).click();
  });

  it('is not affected by styles of the element', async () => {
    await looks('card', '', answered);
    assert.deepEqual(
      await page.evaluate(() => [document.adoptedStyleSheets.length, document.styleSheets.length]),
      [0, 1],
    );
  });
});
