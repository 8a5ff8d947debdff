// Finds the source of a PBX's RTP at an rtpengine: for at most a quarter of a second rtpengine learns a source
// for one line, which carries nothing meanwhile, and the gateway reads what rtpengine has learned. Must not
// decide which source is the PBX (pbx-sources.ts).

import { setTimeout as pause } from 'node:timers/promises';
import type { PbxSources } from './pbx-sources.ts';
import type { StreamState } from './statistics.ts';

/** A PBX sends each 20 ms, few send each 60 ms. */
const lookMs = 20;
const looks = 12;

export interface ProbeParts {
  readonly sources: PbxSources;
  /** Repeats the last exchange at rtpengine. `probed`: the line for which it learns. */
  readonly repeat: (probed?: number) => Promise<void>;
  readonly query: () => Promise<readonly StreamState[]>;
  /** Packets that rtpengine has accepted meanwhile, and that are not the PBX's. */
  readonly foreign: (counts: { readonly packets: number; readonly bytes: number }) => void;
  /** The call has ended, or this rtpengine has lost it. */
  readonly over: () => boolean;
}

/** Requests of the call must wait until this is finished. */
export async function findSource(line: number, parts: ProbeParts): Promise<void> {
  const { sources, repeat, query, foreign, over } = parts;
  const state = async () => (await query()).find(stream => stream.line === line);
  const before = await state();
  if (over()) return;
  await repeat(line);
  let found = false;
  for (let left = looks; left > 0 && !found && !over(); left--) {
    await pause(lookMs);
    const stream = await state();
    found = stream !== undefined && sources.learned(line, stream.endpoint, performance.now());
  }
  if (over()) return;
  await repeat();
  const after = await state();
  if (before && after && !found) {
    foreign({ packets: after.packets - before.packets, bytes: after.bytes - before.bytes });
  }
  sources.probed(line, after, found, performance.now());
}
