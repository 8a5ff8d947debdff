// Completion data for editors, from the description of the element: VS Code's custom data for HTML (format 1.1) and
// JetBrains' web-types.
import type { Described, ElementDescription } from './element-manifest.ts';

export function vscodeData({ tagName, description, attributes }: ElementDescription): object {
  return {
    version: 1.1,
    tags: [
      {
        name: tagName,
        description,
        attributes: attributes.map(({ name, description, type }) => ({
          name,
          description,
          ...(type?.text === 'boolean' && { valueSet: 'v' }),
          ...(words(type).length > 0 && { values: words(type).map(word => ({ name: word })) }),
        })),
      },
    ],
  };
}

export function webTypes(element: ElementDescription, version: string): object {
  const { tagName, description, attributes, events, slots, cssParts, cssProperties } = element;
  const plain = ({ name, description }: Described) => ({ name, description });
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name: 'sip-call',
    version,
    'description-markup': 'markdown',
    contributions: {
      html: {
        elements: [
          {
            name: tagName,
            description,
            attributes: attributes.map(({ name, description, type }) => ({
              name,
              description,
              value: type?.text === 'boolean' ? { kind: 'no-value' } : { type: type?.text ?? 'string' },
            })),
            slots: slots.map(plain),
            js: { events: events.map(plain) },
            css: { parts: cssParts.map(plain), properties: cssProperties.map(plain) },
          },
        ],
      },
    },
  };
}

/** The values of a type such as `'light'|'dark'`. */
function words(type: Described['type']): string[] {
  return [...(type?.text ?? '').matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}
