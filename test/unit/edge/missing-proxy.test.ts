import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { MissingProxy } from '../../../gateway/edge/missing-proxy.ts';
import { createLog } from '../../../gateway/observe/log.ts';

interface Comer {
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string>>;
}

const local: Comer = { remoteAddress: '127.0.0.1', headers: { host: 'localhost:8443' } };
const proxied: Comer = { remoteAddress: '::ffff:127.0.0.1', headers: { host: 'call.mysite.ru' } };
const said: Comer = {
  remoteAddress: '172.17.0.1',
  headers: { host: '172.17.0.2', 'x-forwarded-for': '198.51.100.7' },
};
const masked: Comer = { remoteAddress: '172.17.0.1', headers: { host: 'call.mysite.ru' } };
const elsewhere: Comer = { remoteAddress: '198.51.100.7', headers: { host: 'call.mysite.ru' } };
const times = (count: number, comer: Comer) => Array<Comer>(count).fill(comer);

for (const [what, comers, address] of [
  ['a proxy on this machine', times(3, proxied), '127.0.0.1'],
  ['a proxy in a network of containers', times(3, said), '172.17.0.1'],
  ['an address translation that says nothing', times(50, masked), '172.17.0.1'],
  ['too few to tell', times(2, proxied), undefined],
  ['who works on this machine', times(500, local), undefined],
  ['somebody from elsewhere among them', [...times(2, proxied), elsewhere, ...times(50, proxied)], undefined],
  ['a public address that goes on and on', times(500, elsewhere), undefined],
] as const) {
  test(`visitors of one address: ${what}`, () => {
    const logged: Record<string, unknown>[] = [];
    const source = new MissingProxy(
      createLog('info', { write: (line: string) => void logged.push(JSON.parse(line)) }),
    );
    for (const { remoteAddress, headers } of comers) {
      source.observe({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
    }
    assert.deepEqual(
      logged.map(({ level, write }) => [level, write]),
      address === undefined ? [] : [['warn', `proxy: { networks: [${address}] }`]],
    );
  });
}
