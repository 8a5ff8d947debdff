// HTML and SVG by tagged templates. An interpolated value is escaped as text, unless it is markup itself.

export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Content = string | number | Markup | undefined | false | readonly Content[];

/** Escapes all interpolated values, for content and for quoted attributes. `undefined` and `false` are left out. */
export function markup(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(pieces.reduce((text, piece, i) => text + written(contents[i - 1]) + piece));
}

function written(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(written).join('');
  return String(content).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** Lets a long address break at `@` and at dots. */
export function breakable(text: string): Markup[] {
  return text.split(/(?<=[@.])/).map(piece => markup`${piece}<wbr>`);
}
