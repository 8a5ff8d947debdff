// The shapes that the element takes, and what each brings along when it is taken: a chunk of its own for those that
// are more than a button in the text. The plain ones cost a page nothing.
import type { ReactiveControllerHost } from 'lit';
import type { Words } from '../locales/words.ts';

/**
 * `inline`, a button in the text, when absent. `floating` is fixed in a corner of the window, `card` a business card,
 * `page` all that there is on a page; `bare` makes the page's own button call, `none` draws nothing at all.
 */
export type Shape = 'inline' | 'floating' | 'card' | 'page' | 'bare' | 'none';

/** The element, as a shape sees it. */
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
  /** Adds to `face` what the shape has beside the button; resolves once it may be seen. */
  shape(host: ShapedHost, face: HTMLElement, words: () => Promise<Words>): Promise<void> | undefined;
}

const bare = () => import('../shapes/bare.ts');
const person = () => import('../shapes/person.ts');
const chunks: Partial<Record<string, () => Promise<ShapeChunk>>> = {
  floating: () => import('../shapes/floating.ts'),
  card: person,
  page: person,
  bare,
  none: bare,
};

/** Hidden until the chunk is there, so that nothing jumps; a chunk that cannot be had leaves a button in the text. */
export async function takeShape(
  name: Shape | null,
  host: ShapedHost,
  face: HTMLElement,
  words: () => Promise<Words>,
  socket: () => string | undefined,
): Promise<void> {
  if (host.hasAttribute('window')) {
    import('../shapes/window.ts').then(
      ({ openInWindow }) => openInWindow(host, face, words, socket),
      () => {},
    );
  }
  const chunk = chunks[name ?? ''];
  if (!chunk) return;
  face.hidden = true;
  try {
    await (await chunk()).shape(host, face, words);
  } finally {
    face.hidden = false;
  }
}
