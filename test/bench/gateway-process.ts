// Runs a gateway in a separate process, so that its processor time and memory are counted separately.
// `--pass-through` disables media: SDP passes unchanged.

import { configFrom } from '../../gateway/config/load.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { PassThroughRelay } from '../support/pass-through-relay.ts';

export type Usage = { readonly cpuSeconds: number; readonly rssBytes: number; readonly heapBytes: number };
export type FromGateway = { readonly url: string; readonly adminUrl: string | undefined } | Usage;

const config = configFrom(JSON.parse(process.argv[2] ?? '{}') as ConfigInput);
const media = process.argv.includes('--pass-through') ? new PassThroughRelay() : undefined;
const gateway = await startGateway(config, createLog('error'), { media });
process.send?.({ url: gateway.url, adminUrl: gateway.adminUrl } satisfies FromGateway);

process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, rssBytes: rss, heapBytes: heapUsed } satisfies Usage);
});
process.on('disconnect', () => process.exit(0));
