// Runs a gateway in a process of its own, so that its processor time and memory are counted apart.
// `--pass-through` leaves media out: SDP crosses unchanged.

import { configFrom } from '../../gateway/config/load.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { startGateway } from '../../gateway/gateway.ts';
import type { MediaRelay, MediaReport } from '../../gateway/media/relay.ts';
import { createLog } from '../../gateway/observe/log.ts';

export type Usage = { readonly cpuSeconds: number; readonly rssBytes: number; readonly heapBytes: number };
export type FromGateway = { readonly url: string } | Usage;

const nothing: MediaReport = {
  browser: { packets: 0, bytes: 0, lost: 0, jitterMs: 0, dropped: 0, silentMs: null },
  pbx: { packets: 0, bytes: 0, lost: 0, jitterMs: 0, dropped: 0, silentMs: null },
};

const passThrough: MediaRelay = {
  offer: async (_call, _from, sdp) => sdp,
  answer: async (_call, _from, sdp) => sdp,
  close: async () => nothing,
  onEvent: () => {},
  counts: async () => ({ calls: 0, ports: 0, draining: 0 }),
  shutdown: async () => {},
};

const config = configFrom(JSON.parse(process.argv[2] ?? '{}') as ConfigInput);
const media = process.argv.includes('--pass-through') ? passThrough : undefined;
const gateway = await startGateway(config, createLog('error'), { media });
process.send?.({ url: gateway.url } satisfies FromGateway);

process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, rssBytes: rss, heapBytes: heapUsed } satisfies Usage);
});
process.on('disconnect', () => process.exit(0));
