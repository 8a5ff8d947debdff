import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { assertReplaceable } from '../../../gateway/config/reload.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';

const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['alex'] }];
const with_ = (limits: ConfigInput['limits']) => configFrom({ sites, limits });

test('limits change while calls go on, save those that are counted by from the start', () => {
  const running = with_({});
  assertReplaceable(running, with_({ calls: 7, perAddress: { calls: 1 }, reconnectSeconds: 5 }));
  for (const [limits, path] of [
    [{ addressBits: { ipv4: 24 } }, 'limits.addressBits.ipv4'],
    [{ addressBits: { ipv6: 48 } }, 'limits.addressBits.ipv6'],
    [{ connections: 7 }, 'limits.connections'],
    [{ connectionsPerAddress: 7 }, 'limits.connectionsPerAddress'],
    [{ silenceSeconds: 7 }, 'limits.silenceSeconds'],
  ] as const) {
    assert.throws(() => assertReplaceable(running, with_(limits)), {
      message: `${path}: cannot change while the gateway runs; restart it`,
    });
  }
});
