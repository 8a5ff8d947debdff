// A copy of drachtio-srf's test suite in a separate folder, with three changes: loopback addresses instead of the
// docker network; a regular expression that SIPp 3.6.1 rejects is rewritten; `docker`, `tape` and `config` are replaced
// by ours. The package itself is not changed.

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateFolder } from '../../support/private-folder.ts';
import type { Network } from './network.ts';

export interface SuiteCopy {
  readonly folder: string;
  readonly tests: string;
  /** First on the PATH of the suite's process. */
  readonly bin: string;
}

const rejected = '<sip:(.*)>';
const accepted = 'sip:([A-Za-z0-9.@:]+)';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

export function copySuite(network: Network): SuiteCopy {
  const shipped = dirname(require.resolve('drachtio-srf/package.json'));
  const folder = privateFolder('srf');
  const copy = join(folder, 'drachtio-srf');
  const tests = join(copy, 'test');
  mkdirSync(copy);
  cpSync(join(shipped, 'test'), tests, { recursive: true });
  cpSync(join(shipped, 'package.json'), join(copy, 'package.json'));
  // Node follows the link, so the code under test is that of the package.
  symlinkSync(join(shipped, 'lib'), join(copy, 'lib'));
  for (const name of readdirSync(tests, { recursive: true, encoding: 'utf8' }))
    adapt(join(tests, name), network);
  provide(copy, 'tape', "module.exports = globalThis[Symbol.for('drachtio-srf suite')];");
  provide(copy, 'config', 'exports.get = name => JSON.parse(process.env.DRACHTIO_SERVERS)[name];');
  provide(copy, 'debug', `module.exports = require(${JSON.stringify(require.resolve('debug'))});`);
  return { folder, tests, bin: dockerIn(folder) };
}

function adapt(file: string, network: Network): void {
  if (!['.js', '.xml', '.yaml'].includes(extname(file))) return;
  const text = readFileSync(file, 'utf8');
  const adapted = network.mapped(text).replaceAll(rejected, accepted);
  if (adapted !== text) writeFileSync(file, adapted);
}

function provide(copy: string, name: string, text: string): void {
  const folder = join(copy, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), text);
}

function dockerIn(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const docker = join(bin, 'docker');
  writeFileSync(docker, `#!/bin/sh\nexec '${process.execPath}' '${join(here, 'docker.js')}' "$@"\n`);
  chmodSync(docker, 0o755);
  return bin;
}
