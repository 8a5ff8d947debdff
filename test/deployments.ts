// `npm run test:deployments`: the attacks, the conformance tests and the calls, with the SIP engine in another process and
// with a real rtpengine. The default, embedded engine and relay, is what `npm test` runs. Words on the command line
// replace these folders.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('run.js', import.meta.url));
const words = process.argv.slice(2);
const chosen = words.length > 0 ? words : ['abuse', 'conformance', 'unit/call', 'call'];

for (const deployment of [{ SIP_CALL_TEST_ENGINE: 'drachtio' }, { SIP_CALL_TEST_RELAY: 'rtpengine' }]) {
  const [[name, value] = []] = Object.entries(deployment);
  console.log(`\n${name}=${value}`);
  const run = spawn(process.execPath, ['--enable-source-maps', runner, ...chosen], {
    stdio: 'inherit',
    env: { ...process.env, ...deployment },
  });
  const [code] = await once(run, 'exit');
  if (code !== 0) process.exitCode = 1;
}
