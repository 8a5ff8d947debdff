import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HandshakeServer } from '../../support/handshake-server.ts';

const program = fileURLToPath(new URL('../../../gateway/main.js', import.meta.url));
const ONE_SITE = ['--domain', 'mysite.ru', '--callable', 'director,101', '--origin', '*'];
const ANYWHERE = ['--listen', '127.0.0.1:0', '--address', '127.77.0.1'];

function start(context: TestContext, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  context.after(() => child.kill('SIGKILL'));
  return child;
}

async function finished(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', chunk => {
    texts.stdout += chunk;
  });
  child.stderr?.on('data', chunk => {
    texts.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...texts };
}

/** Runs with a configuration file of that text. */
function withFile(context: TestContext, yaml: string): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'sip-call-cli-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, yaml);
  return start(context, 'gateway', '--config', file);
}

/** The log line with the address of the gateway. */
async function ready(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line);
    if (entry.msg === 'ready') return entry.listening;
  }
  throw new Error('the gateway ended before it was ready');
}

test('all mistakes of a configuration are reported with their lines, and the process ends with 2', async context => {
  const { code, stdout, stderr } = await finished(
    withFile(context, 'listen: nowhere\ncolour: red\nsites:\n  - domain: mysite.ru\n    origins: [x]\n'),
  );
  assert.equal(code, 2);
  assert.equal(stdout, '');
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[0] ?? '', /gateway\.yaml:1: listen: expected ADDRESS:PORT.*got "nowhere"/);
  assert.match(lines[1] ?? '', /gateway\.yaml:2: colour: no such key/);
  assert.match(lines[2] ?? '', /gateway\.yaml:4: sites\.1\.callable: missing/);
  assert.match(lines[3] ?? '', /gateway\.yaml:5: sites\.1\.origins\.1: expected an origin/);
});

for (const [what, args, words] of [
  ['no site', ['gateway'], /--config FILE, or --domain and --callable/],
  [
    'a file that is not there',
    ['gateway', '--config', '/nowhere.yaml'],
    /\/nowhere\.yaml: cannot be read: ENOENT/,
  ],
  ['an unknown option', ['gateway', '--colour', 'red'], /unknown option '--colour'/],
  [
    'a domain that is none',
    ['gateway', '--domain', 'a b', '--callable', 'x'],
    /domain: expected a domain name/,
  ],
  [
    'half a certificate',
    ['gateway', ...ONE_SITE, '--key', 'x'],
    /--certificate and --key: expected both or neither/,
  ],
] as const) {
  test(`the command line with ${what} ends with 2 and a word on why`, async context => {
    const { code, stderr } = await finished(start(context, ...args));
    assert.equal(code, 2);
    assert.match(stderr, words);
  });
}

test('an address that cannot be listened on ends the process with 2 and a word on why', async context => {
  const args = ['gateway', ...ONE_SITE, '--listen', '192.0.2.1:1', '--address', '127.77.0.1'];
  const { code, stderr } = await finished(start(context, ...args));
  assert.equal(code, 2);
  assert.match(stderr, /^listen: 192\.0\.2\.1 is not an address of this machine/);
});

for (const [what, answer, words] of [
  ['refuses the secret', 'NO|incorrect secret', /refuses the secret/],
  [
    'is too old',
    'OK|udp/127.0.0.1:5060|v0.7.9|udp/127.0.0.1:5060',
    /is v0\.7\.9, v0\.8\.2 or later is needed/,
  ],
] as const) {
  test(`a drachtio-server that ${what} ends the process with 1 and a word on why`, async context => {
    const server = await HandshakeServer.start(answer);
    context.after(() => server.close());
    const { code, stderr } = await finished(
      withFile(
        context,
        [
          'listen: 127.0.0.1:0',
          'address: 127.77.0.2',
          'media: {browserPort: 0}',
          `engine: {drachtio: "127.0.0.1:${server.port}", secret: cymru, websocket: "ws://127.0.0.1:1"}`,
          'sites: [{domain: mysite.ru, origins: ["*"], callable: [director]}]',
        ].join('\n'),
      ),
    );
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^sip-call: the drachtio-server at 127.0.0.1:${server.port} `));
    assert.match(stderr, words);
    assert.equal(stderr.includes('cymru'), false);
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`flags are enough for one site, and ${signal} ends it with 0`, async context => {
    const child = start(context, 'gateway', ...ONE_SITE, ...ANYWHERE);
    const url = await ready(child);
    assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' });
    child.kill(signal);
    assert.equal((await finished(child)).code, 0);
  });
}
