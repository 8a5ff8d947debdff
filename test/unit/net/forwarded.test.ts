// The links of a card use the URL by which the visitor asked, through any proxies.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startDeserted } from '../../support/signalling-gateway.ts';

const card = '/card/director@mysite.test';

for (const [what, proxy, headers, expected] of [
  [
    'Forwarded',
    { networks: ['127.0.0.1'] },
    { Forwarded: 'for="[2001:db8::1]:4711";proto=https;host=call.mysite.test' },
    'https://call.mysite.test',
  ],
  [
    'X-Forwarded-*',
    { networks: ['127.0.0.1'] },
    {
      'X-Forwarded-For': '198.51.100.7',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'call.mysite.test',
    },
    'https://call.mysite.test',
  ],
  [
    'Forwarded from an address that is not configured',
    undefined,
    { Forwarded: 'proto=https;host=evil.example' },
    undefined,
  ],
] as const) {
  test(`links of a card: ${what}`, async context => {
    const settings = proxy ? { proxy: { networks: [...proxy.networks] } } : {};
    const { gateway } = await startDeserted(context, { settings });
    const page = await (await fetch(`${gateway.url}${card}`, { headers: { ...headers } })).text();
    assert.ok(page.includes(`${expected ?? gateway.url}${card}`), page.slice(0, 500));
  });
}

test('links of a card: the PROXY protocol, from a proxy at the port of https', async context => {
  const settings = { proxy: { networks: ['127.0.0.1'], proxyProtocol: true } };
  const { gateway } = await startDeserted(context, { settings });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `PROXY TCP4 198.51.100.7 192.0.2.1 4711 443\r\nGET ${card} HTTP/1.1\r\nHost: call.mysite.test\r\nConnection: close\r\n\r\n`,
  );
  let page = '';
  for await (const chunk of socket) page += chunk;
  assert.ok(page.includes(`https://call.mysite.test${card}`), page.slice(0, 500));
});
