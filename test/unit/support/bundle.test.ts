import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closureOf, needsBundle } from '../../support/bundle.ts';

test('the closure of a test has the files that it loads, and no files of types alone', () => {
  const closure = closureOf('test/unit/support/bundle.test.ts');
  assert.ok(closure.has('test/support/bundle.ts'));
  assert.ok(closure.has('test/unit/structure/import-graph.ts'));
  assert.ok(!closure.has('gateway/gateway.ts'));
});

test('tests that read the bundle or run the gateway need it', () => {
  for (const name of ['cli/snippet', 'cli/preflight', 'widget/package']) {
    assert.ok(needsBundle(`test/unit/${name}.test.ts`), name);
  }
});

test('tests of parts that do not read the bundle run without it', () => {
  for (const name of ['config/load', 'build/release', 'structure/imports', 'engine/transaction/tables']) {
    const file = `test/unit/${name}.test.ts`;
    assert.ok(closureOf(file).has(file) && !needsBundle(file), name);
  }
});
