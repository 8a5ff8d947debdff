// The reference of the configuration and its JSON Schema: complete, up to date, and in agreement with validation.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { allKeys, configurationTables } from '../../../build/config-reference.ts';
import { annotatedSchema, type JsonSchema, publishedSchema } from '../../../gateway/config/json-schema.ts';
import { parseConfig } from '../../../gateway/config/load.ts';
import { repository } from '../../support/repository.ts';
import { violations } from './json-schema-check.ts';

const PAGE = join(repository, 'docs/configuration.md');
const RENEW = 'SIP_CALL_TEST_RENEW=1 npm test -- unit/config/reference';
const BEGIN = `<!-- The tables below are generated: ${RENEW} -->`;

const published = publishedSchema();
const keys = allKeys(annotatedSchema());

test('docs/configuration.md has the tables of the schema', () => {
  const [head = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const whole = `${head}${BEGIN}\n${configurationTables(annotatedSchema())}`;
  if (process.env.SIP_CALL_TEST_RENEW) writeFileSync(PAGE, whole);
  assert.equal(readFileSync(PAGE, 'utf8'), whole, `docs/configuration.md is out of date; renew it: ${RENEW}`);
});

test('every key has a description', () => {
  assert.ok(keys.length > 100);
  assert.deepEqual(
    keys.filter(([, { description }]) => !description?.endsWith('.')).map(([path]) => path),
    [],
  );
});

test('every text, list or union has a form or an example, and every duration a unit', () => {
  const isShapeless = ({ type, enum: choices, anyOf, properties, form, examples }: JsonSchema) =>
    choices === undefined &&
    properties === undefined &&
    (anyOf !== undefined || Array.isArray(type) || type === 'string' || type === 'array') &&
    form === undefined &&
    examples === undefined;
  const described = /secret$|hours$|fallbacks$|(^|\.)servers$/;
  assert.deepEqual(
    keys.filter(([path, key]) => isShapeless(key) && !described.test(path)).map(([path]) => path),
    [],
  );
  assert.deepEqual(
    keys
      .filter(([path, { unit }]) => /(Seconds|Minutes|\.seconds|\.days)$/.test(path) && !unit)
      .map(([path]) => path),
    [],
  );
});

test('the published schema has no keyword of our own, and takes each default and example', () => {
  for (const [path, key] of allKeys(published)) {
    assert.ok(!('form' in key || 'unit' in key || 'reload' in key || 'written' in key), path);
    for (const value of [...(key.examples ?? []), ...(key.default === undefined ? [] : [key.default])]) {
      assert.deepEqual(violations(key, value), [], `${path}: ${JSON.stringify(value)}`);
    }
  }
});

test('the example file of the reference is valid, by validation and by the schema', () => {
  const [example = ''] = yamlIn(readFileSync(PAGE, 'utf8'));
  parseConfig(example, 'example.yaml');
  assert.deepEqual(violations(published, parseDocument(example).toJS()), []);
});

test('each piece of a configuration in the documentation has only keys and values of the schema', () => {
  const { required: _, ...partial } = published;
  const files = ['README.md', ...readdirSync(join(repository, 'docs')).map(name => `docs/${name}`)];
  for (const file of files.filter(name => name.endsWith('.md'))) {
    for (const text of yamlIn(readFileSync(join(repository, file), 'utf8'))) {
      const value: unknown = parseDocument(text, { uniqueKeys: false }).toJS();
      assert.deepEqual(violations(partial, value), [], `${file}:\n${text}`);
    }
  }
});

test('the schema refuses an unknown key, a wrong type and a value out of range', () => {
  const site = { domain: 'mysite.ru', origins: ['*'], callable: ['director'] };
  assert.deepEqual(violations(published, { sites: [site] }), []);
  assert.deepEqual(violations(published, { adress: '', sites: [site] }), ['.adress']);
  assert.deepEqual(violations(published, { limits: { calls: 0.5 }, sites: [site] }), ['.limits.calls']);
  assert.deepEqual(violations(published, { media: { workers: 65 }, sites: [site] }), ['.media.workers']);
  assert.deepEqual(violations(published, {}), ['.sites']);
  assert.deepEqual(violations(published, { sites: [{ ...site, callable: [{ name: 'A' }] }] }), [
    '.sites.1.callable.1',
  ]);
});

function yamlIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
}
