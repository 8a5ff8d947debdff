import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeElement } from '../../../build/element-manifest.ts';
import { SipCall } from '../../../widget/element/sip-call.ts';
import { run } from '../../support/peer-process.ts';
import { repository } from '../../support/repository.ts';

const read = (name: string) => readFileSync(`${repository}${name}`, 'utf8');
const element = describeElement(read('widget/element/sip-call.ts'), read('widget/element/events.ts'));
const sources = readdirSync(`${repository}widget`, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && name !== 'sip-call.ts')
  .map(name => read(`widget/${name}`))
  .join('\n');
const names = (described: readonly { name: string }[]) => described.map(({ name }) => name).sort();

test('every attribute of the element is documented, and no other', () => {
  const documented = names(element.attributes);
  for (const name of SipCall.observedAttributes)
    assert.ok(documented.includes(name), `${name} is not documented`);
  // Some attributes are read only by a shape.
  const read = (name: string) => new RegExp(`\\[${name}\\b|ttribute\\('${name}'`).test(sources);
  const reflected = ['state', 'availability', 'availability-text'];
  for (const name of documented) {
    const known = [...SipCall.observedAttributes, ...reflected].includes(name);
    assert.ok(known || read(name), `no code reads ${name}`);
  }
});

test('every part that can be styled is documented, and no other', () => {
  const used = [...sources.matchAll(/\bpart(?:="|: ')([a-z][a-z -]*)["']/g)].flatMap(([, list = '']) =>
    list.split(' '),
  );
  const documented = new Set(names(element.cssParts));
  for (const part of used) assert.ok(documented.has(part), `part "${part}" is not documented`);
  for (const part of documented) assert.ok(sources.includes(part), `there is no part "${part}"`);
});

test('every colour and size that can be given is documented, and no other', () => {
  const used = new Set([...sources.matchAll(/var\((--sip-call-[a-z-]+)/g)].map(([, name]) => name));
  assert.deepEqual(names(element.cssProperties), [...used].sort());
});

test('every method is described', () => {
  const described = (element.members as { name: string; static?: boolean }[]).filter(
    member => !member.static,
  );
  const internal = ['constructor', 'attributeChangedCallback', 'connectedCallback', 'disconnectedCallback'];
  const base = ['populate', 'willUpdate', 'update'];
  const own = Object.entries(Object.getOwnPropertyDescriptors(SipCall.prototype))
    .filter(([name, { value }]) => typeof value === 'function' && ![...internal, ...base].includes(name))
    .map(([name]) => name);
  assert.deepEqual(names(described), own.sort());
});

test('the package contains what package.json declares, built, and nothing else', async () => {
  const said = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repository,
    within: 240_000,
  });
  const [{ files }] = JSON.parse(said) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const { exports, bin, customElements, ...rest } = JSON.parse(read('package.json'));
  const promised = JSON.stringify([exports, bin, customElements, rest['web-types']]).match(
    /(?<=")[./\w-]*\.[\w.]+(?=")/g,
  );
  for (const path of new Set(promised?.map(path => path.replace(/^\.\//, '')))) {
    // Export names look like paths too.
    if (!path.startsWith('dist/') && path !== 'package.json') continue;
    assert.ok(packed.includes(path), `${path} is not in the package`);
  }
  for (const path of [
    'dist/public/sip-call.js',
    'dist/public/sip-call.js.br',
    // The declarations of the widget import it.
    'dist/contract/sip.d.ts',
    'README.md',
    'docs/embedding.md',
    'deploy/sip-call.service',
    'LICENSE',
  ])
    assert.ok(packed.includes(path), `${path} is not in the package`);
  const odd = packed.filter(
    path =>
      !/^(?:dist\/(?:contract|gateway|widget|public)\/|dist\/[\w.-]+\.json$|docs\/|deploy\/|[\w]+(?:\.md|\.json)?$)/.test(
        path,
      ),
  );
  assert.deepEqual(odd, []);
  assert.deepEqual(
    packed.filter(path => /\.ts$/.test(path) && !path.endsWith('.d.ts')),
    [],
  );
});

test('editor data matches the manifest', () => {
  const [tag] = JSON.parse(read('dist/vscode.html-custom-data.json')).tags;
  assert.equal(tag.name, 'sip-call');
  assert.deepEqual(names(tag.attributes), names(element.attributes));
  const [described] = JSON.parse(read('dist/web-types.json')).contributions.html.elements;
  assert.deepEqual(names(described.js.events), ['sip-call-request', 'sip-call-state']);
  const [module] = JSON.parse(read('dist/custom-elements.json')).modules;
  assert.deepEqual(module.declarations[0], JSON.parse(JSON.stringify(element)));
});
