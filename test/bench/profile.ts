// Where a process spent its time: V8's sampling profile (--cpu-prof), summed by source file and node module.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure.ts';

/** The part of the format in use: each sample names the running node and its duration in microseconds. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const rows = 12;

/** Runs a load on a process that writes its profile into the given folder. */
export async function profiled(name: string, load: (folder: string) => Promise<unknown>): Promise<Figure[]> {
  const kept = process.env.SIP_CALL_BENCH_PROFILE;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'sip-call-profile-')));
  const known = new Set(kept === undefined ? [] : await readdir(folder));
  await load(folder);
  const file = (await readdir(folder)).find(entry => entry.endsWith('.cpuprofile') && !known.has(entry));
  if (file === undefined) throw new Error(`no profile was left in ${folder}`);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile;
  if (kept === undefined) await rm(folder, { recursive: true });
  return table(name, profile);
}

function table(name: string, { nodes, samples, timeDeltas }: Profile): Figure[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const place = places.get(id);
    if (place === undefined) return;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    times.set(place, (times.get(place) ?? 0) + time);
  });
  const sorted = [...times].sort((a, b) => b[1] - a[1]);
  const share = (time: number) => `${((100 * time) / busy).toFixed(1)} %`;
  const rest = sorted.slice(rows).reduce((sum, [, time]) => sum + time, 0);
  return [
    ...sorted
      .slice(0, rows)
      .map(([place, time]) => ({ name: `${name}: time in ${place}`, value: share(time) })),
    { name: `${name}: time in ${Math.max(sorted.length - rows, 0)} other files`, value: share(rest) },
  ];
}

/** Undefined for idle time. */
function placeOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'collecting garbage';
  // Native code: system calls, compilation, V8 itself.
  if (url === '') return 'native code';
  const own = /\/dist\/(gateway\/)?(.*)\.js$/.exec(url);
  if (own !== null) return own[2]!;
  return /\/node_modules\/(.*)$/.exec(url)?.[1] ?? url;
}
