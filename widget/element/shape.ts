// The element's shapes. Each shape except the inline button is a chunk that is loaded when an element has it.
import type { ReactiveControllerHost } from 'lit';
import type { Words } from '../locales/words.ts';

/**
 * When absent `inline`, a button in the text. `floating` is fixed in a corner of the window, `card` is a business card,
 * `page` fills a page; `custom` makes the page's own button call, `none` draws nothing.
 */
export type Shape = 'inline' | 'floating' | 'card' | 'page' | 'custom' | 'none';

/** What a shape uses of the element. */
export interface ShapedHost extends ReactiveControllerHost, HTMLElement {
  readonly to: string | null;
  readonly shape: string | null;
  readonly theme: string | null;
  readonly video: boolean;
  readonly name: string | null;
  readonly job: string | null;
  readonly photo: string | null;
  preload(): void;
  call(): Promise<void>;
}

interface ShapeChunk {
  /** Adds the shape's content to `shell`; resolves once the element may be visible. */
  shape(host: ShapedHost, shell: HTMLElement, words: () => Promise<Words>): Promise<void> | undefined;
}

const customButton = () => import('../shapes/custom-button.ts');
const personCard = () => import('../shapes/person-card.ts');
const chunks: Partial<Record<string, () => Promise<ShapeChunk>>> = {
  floating: () => import('../shapes/floating.ts'),
  card: personCard,
  page: personCard,
  custom: customButton,
  none: customButton,
};

/** Hides the element until the chunk is loaded, so that nothing jumps. Without the chunk it stays a button in the text. */
export async function takeShape(
  name: Shape | null,
  host: ShapedHost,
  shell: HTMLElement,
  words: () => Promise<Words>,
  callPage: () => string | undefined,
): Promise<void> {
  if (host.hasAttribute('popup')) {
    import('../shapes/popup.ts').then(
      ({ openInPopup }) => openInPopup(host, shell, words, callPage),
      () => {},
    );
  }
  const chunk = chunks[name ?? ''];
  if (!chunk) return;
  shell.hidden = true;
  try {
    await (await chunk()).shape(host, shell, words);
  } finally {
    shell.hidden = false;
  }
}
