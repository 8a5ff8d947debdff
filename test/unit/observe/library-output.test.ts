// In a separate process, because standard output is replaced.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { captureLibraryOutput } from '../../../gateway/observe/library-output.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { repository } from '../../support/repository.ts';

interface Ran {
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}

/** Runs code with the gateway's log on standard output and the output of libraries redirected into it. */
function run(code: string, env: NodeJS.ProcessEnv = {}): Ran {
  const built = (file: string) => pathToFileURL(join(repository, 'dist/gateway/observe', file)).href;
  const program = `
    import { createLog } from '${built('log.js')}';
    import { captureLibraryOutput } from '${built('library-output.js')}';
    const log = createLog('debug');
    const release = captureLibraryOutput(log);
    ${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  return {
    lines: stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line)),
    stderr,
  };
}

test('a line that a library prints is one field of a log line, whatever it contains', () => {
  const forged = '{"level":"error","msg":"forged"}';
  const { lines, stderr } = run(`
    console.error(new Error('failed to parse'), \`unable to parse: INVITE\\r\\n${forged}\\r\\n\`);
    console.log(${JSON.stringify(forged)});
    process.stderr.write(${JSON.stringify(`${forged}\n`)});
    process.stdout.write(${JSON.stringify(`${forged}\n`)});`);
  assert.equal(stderr, '');
  assert.deepEqual(
    lines.map(({ level, msg, stream }) => [level, msg, stream]),
    [
      ['warn', 'output of a library', 'stderr'],
      ['debug', 'output of a library', 'stdout'],
      ['warn', 'output of a library', 'stderr'],
      ['debug', 'output of a library', 'stdout'],
    ],
  );
  assert.equal(lines[0]?.text, 'Error: failed to parse');
  assert.equal(lines[1]?.text, forged);
});

test("node's own warnings, and the output of worker threads, are lines of the log", () => {
  const { lines, stderr } = run(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    process.emitWarning('something is old', 'DeprecationWarning');
    await once(new Worker('console.error("from a worker")', { eval: true }), 'exit');`);
  assert.equal(stderr, '');
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['DeprecationWarning: something is old', 'from a worker'],
  );
});

test('for a library that prints endlessly a limited number of lines is logged, and a count of the rest', context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: string[] = [];
  const release = captureLibraryOutput(createLog('debug', { write: line => void lines.push(line) }));
  try {
    for (let i = 0; i < 1000; i++) console.error('x'.repeat(100_000));
    context.mock.timers.tick(60_000);
    console.error('again');
  } finally {
    release();
  }
  assert.equal(lines.length, 22);
  assert.ok(lines.every(line => line.length < 500));
  assert.match(lines[20]!, /"omitted":980/);
  assert.match(lines[21]!, /"text":"again"/);
});

test('with DEBUG set, standard error is not redirected, and standard output still is', () => {
  const { lines, stderr } = run('process.stderr.write("debugging\\n"); console.error("printed");', {
    DEBUG: 'drachtio:*',
  });
  assert.equal(stderr, 'debugging\n');
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['printed'],
  );
});

test('after the release everything is printed as before', () => {
  const { lines, stderr } = run('release(); console.error("as before"); process.emitWarning("old");');
  assert.match(stderr, /^as before\n.*Warning: old/s);
  assert.deepEqual(lines, []);
});
