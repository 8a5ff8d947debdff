// The files under .github: CI runs the oldest supported Node and the usual commands; issue forms have what GitHub needs.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { repository } from '../../support/repository.ts';

const read = (name: string) => readFileSync(join(repository, name), 'utf8');

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: {
    readonly test: {
      readonly strategy: { readonly matrix: { readonly node: readonly string[] } };
      readonly steps: readonly { readonly run?: string }[];
    };
  };
}

interface Form {
  readonly name?: string;
  readonly description?: string;
  readonly body?: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

test('CI runs all tests and the dry run of a release on the oldest supported Node and newer ones', () => {
  const text = read('.github/workflows/ci.yml');
  const { permissions, jobs } = parse(text) as Workflow;
  const oldest = JSON.parse(read('package.json')).engines.node.replace('>=', '');
  assert.deepEqual(jobs.test.strategy.matrix.node, [oldest, '22', '24']);
  const commands = jobs.test.steps.map(step => step.run ?? '');
  assert.ok(commands.includes('npm ci && npm test'));
  assert.ok(commands.some(command => command.startsWith('npm run release -- --dry-run')));
  assert.deepEqual(permissions, { contents: 'read' });
  assert.doesNotMatch(text, /\$\{\{ *secrets\./);
});

test('each issue form has a name, a description and labelled fields', () => {
  const folder = '.github/ISSUE_TEMPLATE';
  const forms = readdirSync(join(repository, folder)).filter(name => name !== 'config.yml');
  assert.deepEqual(forms.sort(), ['bug.yml', 'feature.yml', 'pbx.yml']);
  for (const form of forms) {
    const { name, description, body = [] } = parse(read(`${folder}/${form}`)) as Form;
    assert.ok(name && description && body.length > 0, form);
    const fields = body.filter(({ type }) => type !== 'markdown');
    for (const { id, attributes } of fields)
      assert.ok(id && attributes.label, `${form}: a field lacks id or label`);
  }
});
