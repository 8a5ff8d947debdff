// Replaces `docker run … drachtio/sipp sipp …` in the suite: runs the same SIPp as a process of this machine, with a
// separate loopback address instead of a container's.

import { spawn } from 'node:child_process';
import { Network } from './network.ts';

const network = new Network(Number(process.env.LANE));
const words = process.argv.slice(2);
const image = words.indexOf('drachtio/sipp');
const dockerWords = words.slice(0, image);
const sippWords = words.slice(image + 2);

/** `-v HOST:CONTAINER`. */
const [host = '', container = ''] = (dockerWords[dockerWords.indexOf('-v') + 1] ?? '').split(':');
const address = dockerWords.includes('--name') ? network.guest : network.caller;

const args = sippWords.map(word =>
  word === 'drachtio-sut' ? `${network.sut}:5060` : word.replace(container, host),
);
const sipp = spawn(process.env.SIPP ?? 'sipp', [...args, '-i', address], {
  cwd: process.env.SIPP_CWD,
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => sipp.kill(signal));
sipp.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
