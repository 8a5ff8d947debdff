// A gateway in a separate process, as `main` starts it, and all its counts that could show a leak.

import { readdirSync } from 'node:fs';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { startGateway } from '../../../gateway/gateway.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { answerParent, type ProcessUsage } from '../process-usage.ts';

export interface GatewayUsage extends ProcessUsage {
  /** The counts of `/healthz`, and node's handles by kind, under names without spaces. */
  readonly counts: Readonly<Record<string, number>>;
  /** Lines of level `warn` and above, by text and fields. */
  readonly said: Readonly<Record<string, number>>;
}

const config = configFrom(JSON.parse(process.argv[2] ?? '{}') as ConfigInput);
const said: Record<string, number> = {};
const log = createLog('warn', {
  write(line) {
    const { level, msg, resource, outcome, ending } = JSON.parse(line) as Record<string, string>;
    const text = [level, msg, resource, outcome, ending].filter(Boolean).join(', ');
    said[text] = (said[text] ?? 0) + 1;
  },
});
const gateway = await startGateway(config, log);
process.send?.(gateway.url);
answerParent(
  async (usage): Promise<GatewayUsage> => ({ ...usage, said, counts: { ...(await own()), ...handles() } }),
);

async function own(): Promise<Record<string, number>> {
  const { status: _status, applications: _applications, media, ...counts } = await gateway.health();
  const { unmatched: _unmatched, ...ofMedia } = media as Record<string, number>;
  const named = Object.entries(ofMedia).map(([name, count]) => [`media.${name}`, count]);
  return { ...(counts as Record<string, number>), ...Object.fromEntries(named) };
}

function handles(): Record<string, number> {
  const counts: Record<string, number> = { 'node.files': readdirSync('/proc/self/fd').length };
  for (const kind of process.getActiveResourcesInfo()) {
    counts[`node.${kind}`] = (counts[`node.${kind}`] ?? 0) + 1;
  }
  return counts;
}
