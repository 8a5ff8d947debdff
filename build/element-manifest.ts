// Converts the comments of the element's class and methods into a custom elements manifest
// (webcomponents/custom-elements-manifest, schema 1.0.0). Reads our comment style; it is no parser of TypeScript.

export interface Described {
  readonly name: string;
  readonly description: string;
  readonly type?: { readonly text: string };
}

export interface ElementDescription {
  readonly kind: 'class';
  readonly customElement: true;
  readonly name: string;
  readonly tagName: string;
  readonly description: string;
  readonly superclass: { readonly name: string };
  readonly attributes: readonly Described[];
  readonly events: readonly Described[];
  readonly slots: readonly Described[];
  readonly cssParts: readonly Described[];
  readonly cssProperties: readonly Described[];
  readonly members: readonly object[];
}

/**
 * `source` contains the class, `events` the types of its events.
 *
 * @throws {Error} when the source has no documented element.
 */
export function describeElement(source: string, events: string): ElementDescription {
  const [, comment, name] =
    /\/\*\*((?:(?!\*\/)[\s\S])*@element (?:(?!\*\/)[\s\S])*)\*\/\s*export class (\w+)/.exec(source) ?? [];
  if (!comment || !name) throw new Error('no class with an @element in its comment');
  const [description = '', ...tags] = prose(comment).split(/\s*(?<!\S)@(?=[a-z]+\b)/);
  const entries = tags.map(tag => {
    const [, kind = '', type, called = '', said = ''] =
      /^(\w+)\s*(?:\{(.+?)\})?\s*([\w-]*?)\s*(?:(?:^|\s)-\s*(.*))?$/.exec(tag) ?? [];
    return { kind, type, name: called, description: said };
  });
  const of = (kind: string): Described[] =>
    entries
      .filter(entry => entry.kind === kind)
      .map(({ name, description, type }) => ({ name, description, ...(type && { type: { text: type } }) }));
  return {
    kind: 'class',
    customElement: true,
    name,
    tagName: of('element')[0]?.name ?? '',
    description,
    superclass: { name: 'HTMLElement' },
    attributes: of('attr'),
    events: of('fires').map(event => ({ ...event, type: { text: typeOfEvent(events, event.name) } })),
    slots: of('slot'),
    cssParts: of('csspart'),
    cssProperties: of('cssproperty'),
    members: methods(source),
  };
}

/** The manifest of the package; `modules` are the paths of the class and of its definition. */
export function manifestOf(element: ElementDescription, modules: { of: string; defined: string }): object {
  const declaration = { name: element.name, module: modules.of };
  return {
    schemaVersion: '1.0.0',
    modules: [
      {
        kind: 'javascript-module',
        path: modules.of,
        declarations: [element],
        exports: [{ kind: 'js', name: element.name, declaration }],
      },
      {
        kind: 'javascript-module',
        path: modules.defined,
        declarations: [],
        exports: [{ kind: 'custom-element-definition', name: element.tagName, declaration }],
      },
    ],
  };
}

/** Methods with a comment, and methods that are simple enough to need none; without the `override` methods of the base. */
function methods(source: string): object[] {
  const method =
    /(?:^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {2}(static )?(?:async )?(\w+)\((.*)\): (.+) \{$/gm;
  return [...source.matchAll(method)].map(([, comment = '', fixed, name, parameters = '', type = '']) => ({
    kind: 'method',
    name,
    description: prose(comment),
    ...(fixed && { static: true }),
    parameters: parameters
      .split(', ')
      .filter(Boolean)
      .map(parameter => {
        const [called = '', text = ''] = parameter.split(': ');
        return { name: called, type: { text } };
      }),
    return: { type: { text: type } },
  }));
}

function typeOfEvent(events: string, name: string): string {
  return new RegExp(`'${name}': (CustomEvent<\\w+>)`).exec(events)?.[1] ?? 'CustomEvent';
}

const prose = (comment: string) => comment.replace(/\s*\n\s*\* ?/g, ' ').trim();
