// What the process of a gateway holds, as Linux tells it.

import { readdirSync, readFileSync } from 'node:fs';

export function descriptorsOf({ pid }: { readonly pid: number }): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Megabytes of memory, at most, since it was started. */
export function peakMemoryOf({ pid }: { readonly pid: number }): number {
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
