// `npm run advisories` against registries that give advisories, give none, or do not support them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { repository } from '../../support/repository.ts';

/** What the check says of a registry that answers so. */
async function checked(context: TestContext, status: number, advisories: object) {
  const registry = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') response.writeHead(status).end(JSON.stringify(advisories));
    else
      response.end(
        JSON.stringify({
          name: 'ws',
          'dist-tags': { latest: '9.9.9' },
          versions: { '9.9.9': { name: 'ws', version: '9.9.9' } },
        }),
      );
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  context.after(() => registry.close());
  const { port } = registry.address() as AddressInfo;
  const options = [`--registry=http://127.0.0.1:${port}`, '--fetch-retries=0'];
  const program = join(repository, 'dist/build/advisories.js');
  const child = spawn(process.execPath, [program, ...options], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said += text));
  const [code] = await once(child, 'close');
  return { code, said };
}

test('a registry without advisories for the packages is code 0', async context => {
  assert.deepEqual(await checked(context, 200, {}), {
    code: 0,
    said: 'No known vulnerabilities.\n',
  });
});

test('a known vulnerability is listed with its URL, and is code 1', async context => {
  const known = {
    id: 1,
    url: 'https://advisories.example/1',
    title: 'Too much',
    severity: 'high',
    vulnerable_versions: '>=1.0.0',
    cwe: [],
    cvss: { score: 0 },
  };
  const { code, said } = await checked(context, 200, { ws: [known] });
  assert.equal(code, 1);
  assert.match(said, /^high: ws .*\n {2}Too much, https:\/\/advisories\.example\/1$/m);
});

test('a registry that gives no advisories is code 2, and says that nothing was checked', async context => {
  const { code, said } = await checked(context, 405, {});
  assert.equal(code, 2);
  assert.match(said, /^Not checked: the registry gave no advisories \(405/);
});
