// A step of the widget's build: writes the descriptions of the element for editors and other tools into dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { vscodeData, webTypes } from './editor-data.ts';
import { describeElement, manifestOf } from './element-manifest.ts';

export function describeElementBeside(): Plugin {
  return {
    name: 'describe-element',
    closeBundle() {
      const read = (name: string) => readFileSync(`widget/element/${name}.ts`, 'utf8');
      const element = describeElement(read('sip-call'), read('events'));
      const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
      const modules = { of: 'dist/widget/element/sip-call.js', defined: 'dist/widget/npm.js' };
      const files = {
        'custom-elements.json': manifestOf(element, modules),
        'vscode.html-custom-data.json': vscodeData(element),
        'web-types.json': webTypes(element, version),
      };
      for (const [name, data] of Object.entries(files)) {
        writeFileSync(`dist/${name}`, `${JSON.stringify(data, undefined, 2)}\n`);
      }
    },
  };
}
