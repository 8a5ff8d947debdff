// SIPp as a plain caller: what any SIP client of the world does, without a browser or a gateway.

import { programPath } from './parts.ts';
import { run } from './peer-process.ts';

export interface SippCall {
  readonly from: string;
  readonly to: { readonly user: string; readonly address: string };
  readonly transport?: 'udp' | 'tcp';
  /** How long it talks. */
  readonly holdMs?: number;
}

/** Calls, talks, hangs up. Resolves with SIPp's summary; rejects when any message was not what it expects. */
export async function sippCall({ from, to, transport = 'udp', holdMs = 500 }: SippCall): Promise<string> {
  const scenario = [
    '-sn',
    'uac',
    '-s',
    to.user,
    `${to.address}:5060`,
    '-i',
    from,
    '-m',
    '1',
    '-d',
    String(holdMs),
  ];
  const manner = ['-t', transport === 'udp' ? 'u1' : 't1', '-nostdin', '-timeout', '45s', '-timeout_error'];
  return await run(programPath('sipp') ?? 'sipp', [...scenario, ...manner], {
    cwd: '/tmp',
    within: 60_000,
  });
}
