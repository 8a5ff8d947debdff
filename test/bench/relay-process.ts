// The relay of the bench, in a separate process so that its CPU time is counted separately. Controlled by its
// parent over IPC.

import { openAddress } from '../../gateway/media/address.ts';
import { createEmbeddedRelay } from '../../gateway/media/embedded/embedded-relay.ts';

export type RelayOrder =
  | { readonly op: 'offer' | 'answer'; readonly call: string; readonly sdp: string }
  | { readonly op: 'close'; readonly call: string }
  | { readonly op: 'usage' }
  | { readonly op: 'end' };

export interface RelayUsage {
  /** User and system time so far, seconds. */
  readonly cpu: number;
  readonly rss: number;
}

if (process.send !== undefined) {
  const relay = await createEmbeddedRelay({
    workers: 1,
    addresses: [openAddress('127.0.0.1')],
    browser: { port: 0 },
    pbx: { ports: [28000, 29999] },
    drainMs: 0,
  });
  const obey = async (order: RelayOrder): Promise<unknown> => {
    switch (order.op) {
      case 'offer':
        return relay.offer(order.call, 'browser', order.sdp);
      case 'answer':
        return relay.answer(order.call, 'pbx', order.sdp);
      case 'close':
        return relay.close(order.call);
      case 'usage': {
        const { user, system } = process.cpuUsage();
        return { cpu: (user + system) / 1e6, rss: process.memoryUsage.rss() } satisfies RelayUsage;
      }
      case 'end':
        await relay.shutdown();
        process.disconnect();
        return null;
    }
  };
  process.on('message', async ({ id, order }: { id: number; order: RelayOrder }) => {
    const value = await obey(order).catch(error => ({ error: String(error) }));
    if (process.connected) process.send?.({ id, value });
  });
  process.send({ id: 0, value: null });
}
