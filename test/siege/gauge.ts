// Measures a process from outside on Linux: memory, descriptors, processor time, and datagrams that the
// kernel dropped because they were not read in time.

import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { ADMIN_TOKEN } from '../support/gateway.ts';

/** USER_HZ, which is 100 on every Linux that node supports. */
const TICKS_A_SECOND = 100;

export interface ProcessReading {
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly cpuSeconds: number;
}

/** Zeros after the process has ended. */
export function usageOf(pid: number): ProcessReading {
  try {
    const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      rssBytes: Number(rss ?? 0) * 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      cpuSeconds: cpuSeconds(pid),
    };
  } catch {
    return { rssBytes: 0, descriptors: 0, cpuSeconds: 0 };
  }
}

export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}

/** Seconds that the main thread of a process was ready to run without a processor. */
export function waitedSeconds(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return 0;
  }
}

/** For all processors together: seconds idle, and seconds in total. */
export function machineSeconds(): { readonly idle: number; readonly all: number } {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/);
  const seconds = ticks.slice(0, 8).map(tick => Number(tick) / TICKS_A_SECOND);
  return { idle: seconds[3]! + seconds[4]!, all: seconds.reduce((sum, one) => sum + one, 0) };
}

/** Datagrams dropped so far at the sockets bound to this address. */
export function droppedAt(address: string): number {
  const bound = address
    .split('.')
    .reverse()
    .map(byte => Number(byte).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
  return readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, local]) => local?.startsWith(`${bound}:`))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}

export interface Looked {
  readonly url: string;
  readonly adminUrl: string;
}

export interface GatewayReading {
  readonly latencyMs: number;
  /** The gateway's counts under flat names; undefined when it did not answer in time. */
  readonly counts: Readonly<Record<string, number>> | undefined;
}

/**
 * Requests `/healthz` for the latency, then the counts from the administrator's listener, on separate
 * connections.
 */
export async function look({ url, adminUrl }: Looked, withinMs: number): Promise<GatewayReading> {
  const { latencyMs } = await get(`${url}/healthz`, withinMs);
  const { counts } = await get(`${adminUrl}/health`, withinMs);
  return { latencyMs, counts };
}

function get(url: string, withinMs: number): Promise<GatewayReading> {
  const begun = performance.now();
  return new Promise(resolve => {
    const done = (counts?: GatewayReading['counts']) =>
      resolve({ latencyMs: performance.now() - begun, counts });
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    const asking = request(url, { agent: false, timeout: withinMs, headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', piece => {
        text += piece;
      });
      response.on('end', () => {
        try {
          done(flat(JSON.parse(text)));
        } catch {
          done();
        }
      });
      response.on('error', () => done());
    });
    const giveUp = setTimeout(() => asking.destroy(), withinMs);
    asking.on('error', () => done());
    asking.on('close', () => {
      clearTimeout(giveUp);
      done();
    });
    asking.end();
  });
}

function flat(value: object, under = ''): Record<string, number> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      if (typeof one === 'number') return [[under + name, one]];
      return typeof one === 'object' && one !== null ? Object.entries(flat(one, `${under}${name}.`)) : [];
    }),
  );
}
