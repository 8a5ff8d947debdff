// Attack tools from Debian: SIPVicious and SIPp. Without them, the other attacks run.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { BenchAttack } from './targets.ts';

/** svwar tries extensions one after the other and ignores refusals. */
export function enumeration(method: 'INVITE' | 'REGISTER'): BenchAttack {
  return async ({ address, sip }, from, ms) => {
    const range = ['-e', '1000-99999', '-m', method, '--force', '-t', '0.002'];
    return await running('svwar', [...range, '-b', from, '-p', String(sip), address], ms);
  };
}

/** SIPp's built-in scenario, at a rate of calls a second. */
export function floodOf(scenario: string, perSecond: number): BenchAttack {
  return async ({ address, sip }, from, ms) => {
    const calls = Math.round((perSecond * ms) / 1000);
    const rate = ['-r', String(perSecond), '-m', String(calls), '-l', '100000', '-timeout', `${ms / 1000}s`];
    const options = ['-sn', scenario, '-s', 'director', '-i', from, '-nostdin', '-recv_timeout', '500'];
    await running('sipp', [...options, ...rate, `${address}:${sip}`], ms);
    return calls;
  };
}

/**
 * Resolves with NaN, because the tools do not report their number of attempts. Rejects when the tool is not
 * installed.
 */
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
