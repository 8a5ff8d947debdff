import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { PeerProcess, run } from '../../support/peer-process.ts';
import { repository } from '../../support/repository.ts';
import { SDP } from '../../support/signalling-gateway.ts';
import { startApp } from './drachtio/testbed.ts';

const readme = readFileSync(`${repository}gateway/engine/README.md`, 'utf8');
const tenLines = /## Ten lines, no daemon\n\n```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

test('the app in the README answers a call, unchanged', async context => {
  const port = await freePort('127.0.0.1');
  assert.match(tenLines, /port: 5060 /);
  assert.ok(tenLines.trim().split('\n').length <= 10, tenLines);
  // When run from the repository, the package's name means the package itself (Node's self-reference).
  const app = new PeerProcess(
    'ten lines',
    process.execPath,
    ['--input-type=module', '-e', tenLines.replace('port: 5060 ', `port: ${port} `)],
    { cwd: repository },
  );
  context.after(() => app.kill());
  const { srf } = await startApp(context);
  const heard = await eventually('the app answers', async () => {
    if (!app.alive) assert.fail(app.output());
    const status = await srf.createUAC(`sip:anybody@127.0.0.1:${port}`, { localSdp: SDP }).then(
      () => 200,
      error => error.status,
    );
    // The application does not listen yet.
    return status === 503 || status === 408 ? undefined : status;
  });
  assert.equal(heard, 486);
});

test('a dependent package can import the engine with its types, and nothing else', async context => {
  const folder = mkdtempSync(join(tmpdir(), 'sip-call-consumer-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(repository, join(folder, 'node_modules/sip-call'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const consumer = [
    "import { Engine, type EngineOptions, type ListenPoint } from 'sip-call/engine';",
    "const udp: ListenPoint = { transport: 'udp', address: '127.0.0.1', port: 0 };",
    "const options: EngineOptions = { listen: [udp], admin: { secret: 'x' }, limits: { dialogs: 10 } };",
    'const engine: Engine = await Engine.start(options);',
    'const applications: number = engine.counts().applications;',
    'console.log(applications, engine.admin.port > 0);',
    'await engine.stop();',
  ];
  const mistakes = [
    'const port: string = engine.admin.port; // a number',
    'await Engine.start({ listen: [] }); // no secret',
    "import 'sip-call/dist/gateway/gateway.js'; // not exported",
  ];
  writeFileSync(join(folder, 'consumer.ts'), consumer.join('\n'));
  writeFileSync(join(folder, 'mistaken.ts'), [...consumer, ...mistakes].join('\n'));
  const tsc = (file: string) =>
    run(
      process.execPath,
      [
        `${repository}node_modules/typescript/bin/tsc`,
        ...['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'],
        ...['--typeRoots', `${repository}node_modules/@types`, file],
      ],
      { cwd: folder, within: 240_000 },
    );

  assert.equal(await tsc('consumer.ts'), '');
  assert.equal(await run(process.execPath, ['consumer.js'], { cwd: folder }), '0 true');
  const complaints = await tsc('mistaken.ts').then(
    () => '',
    (error: Error) => error.message,
  );
  for (const [index] of mistakes.entries()) {
    assert.match(complaints, new RegExp(`mistaken\\.ts\\(${consumer.length + index + 1},`));
  }
});
