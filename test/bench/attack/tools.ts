// The attackers' own tools, from Debian: SIPVicious and SIPp. Whoever has not installed them attacks without.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Attack } from './targets.ts';

/** svwar tries extensions, one after the other, and heeds no refusal. */
export function enumeration(method: 'INVITE' | 'REGISTER'): Attack {
  return async ({ address, sip }, from, ms) => {
    const range = ['-e', '1000-99999', '-m', method, '--force', '-t', '0.002'];
    return await running('svwar', [...range, '-b', from, '-p', String(sip), address], ms);
  };
}

/** SIPp's own scenario, as calls a second. */
export function floodOf(scenario: string, perSecond: number): Attack {
  return async ({ address, sip }, from, ms) => {
    const calls = Math.round((perSecond * ms) / 1000);
    const rate = ['-r', String(perSecond), '-m', String(calls), '-l', '100000', '-timeout', `${ms / 1000}s`];
    const manner = ['-sn', scenario, '-s', 'director', '-i', from, '-nostdin', '-recv_timeout', '500'];
    await running('sipp', [...manner, ...rate, `${address}:${sip}`], ms);
    return calls;
  };
}

/** Resolves with NaN: the tools do not say how often they strike; rejects when the tool is not there. */
async function running(command: string, args: readonly string[], ms: number): Promise<number> {
  const child = spawn(command, args, { stdio: 'ignore', cwd: '/tmp' });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  try {
    await ended(child);
    return Number.NaN;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

async function ended(child: ChildProcess): Promise<void> {
  await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => {
      throw error;
    }),
  ]);
}
