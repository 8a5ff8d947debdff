// `sip-call snippet` as a process, and what it prints as a page would take it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { startHttp } from '../../../gateway/http/server.ts';
import { run } from '../../support/peer-process.ts';
import { repository } from '../../support/repository.ts';

const snippet = (...args: string[]) =>
  run(process.execPath, [`${repository}dist/gateway/main.js`, 'snippet', ...args], { cwd: repository });

async function gateway(context: TestContext): Promise<string> {
  const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'] }];
  const http = await startHttp(configFrom({ listen: '127.0.0.1:0', sites }), []);
  context.after(() => http.close());
  return http.url;
}

const fingerprint = (bytes: ArrayBuffer) =>
  `sha384-${createHash('sha384').update(Buffer.from(bytes)).digest('base64')}`;

test('it prints a script that stays what it is, with the fingerprint that the gateway serves', async context => {
  const url = await gateway(context);
  const [script = '', element, ...more] = (
    await snippet('sip:director@mysite.ru', '--gateway', `${url}/`)
  ).split('\n');
  assert.equal(element, '<sip-call to="director@mysite.ru"></sip-call>');
  assert.deepEqual(more, []);
  const [, src = '', integrity] =
    /^<script type="module" src="(.*)" integrity="(.*)" crossorigin><\/script>$/.exec(script) ?? [];
  assert.match(src, /\/v\/\d+\.\d+\.\d+\/sip-call\.js$/);
  const served = await fetch(src);
  assert.match(served.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(served.headers.get('access-control-allow-origin'), '*');
  assert.equal(fingerprint(await served.arrayBuffer()), integrity);
});

test('on request it has the fingerprints of all that is loaded later, and the hash for a policy', async context => {
  const url = await gateway(context);
  const [comment = '', script = ''] = (await snippet('a@mysite.ru', '--gateway', url, '--chunks')).split(
    '\n',
  );
  const map = /^<script type="importmap">(.*)<\/script>$/.exec(script)?.[1] ?? '';
  assert.ok(comment.includes(`'sha256-${createHash('sha256').update(map).digest('base64')}'`), comment);
  const parts = Object.entries<string>(JSON.parse(map).integrity);
  assert.ok(parts.some(([part]) => /\/v\/[\d.]+\/chunks\/call-/.test(part)));
  for (const [part, integrity] of parts) {
    assert.equal(fingerprint(await (await fetch(part)).arrayBuffer()), integrity, part);
  }
});

test('another version than the gateway has is not there', async context => {
  const url = await gateway(context);
  assert.equal((await fetch(`${url}/v/0.0.1/sip-call.js`)).status, 404);
  assert.equal((await fetch(`${url}/v/`)).status, 404);
});

for (const [args, expected] of [
  [
    ['director', '--gateway', 'https://call.mysite.ru'],
    /director: expected an address such as director@mysite\.ru/,
  ],
  [['"><script>@mysite.ru', '--gateway', 'https://call.mysite.ru'], /expected an address such as/],
  [
    ['director@mysite.ru', '--gateway', 'call.mysite.ru'],
    /--gateway call\.mysite\.ru: expected the URL of the gateway/,
  ],
] as const) {
  test(`${args.join(' ')} is refused with a reason`, async () => {
    await assert.rejects(snippet(...args), expected);
  });
}
