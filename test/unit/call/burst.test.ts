import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import { startMeasured } from '../../bench/measured-gateway.ts';
import { PlainBrowser } from '../../bench/plain-browser.ts';
import { startPlainPbx } from '../../bench/plain-pbx.ts';
import { eventually } from '../../support/eventually.ts';
import { ADMIN_TOKEN } from '../../support/gateway.ts';
import { SDP, unbound } from '../../support/signalling-gateway.ts';

const LOOPBACK = '127.0.0.1';
const CALLS = 1_500;

test('a burst of calls, each hung up in the breath it is answered in, leaves nothing behind', async context => {
  const pbx = await startPlainPbx(LOOPBACK, SDP);
  const zone = mysiteZone({ address: LOOPBACK, port: pbx.port });
  const dns = await startDnsServer({ zone, address: LOOPBACK, port: 0 });
  // A process of its own: under load its messages arrive several at a time, as they do in earnest.
  const gateway = await startMeasured(
    {
      listen: `${LOOPBACK}:0`,
      admin: { listen: `${LOOPBACK}:0`, token: ADMIN_TOKEN },
      address: LOOPBACK,
      dns: { servers: [`${LOOPBACK}:${dns.port}`], allow: ['127.0.0.0/8'] },
      sip: { udp: 0, tcp: 0 },
      limits: { ...unbound, messagesPerSecond: 100_000 },
      sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'], tokens: false }],
    },
    true,
  );
  const browser = await PlainBrowser.open(gateway.url);
  context.after(async () => {
    browser.close();
    await gateway.stop();
    await dns.close();
    pbx.close();
  });

  let left = CALLS;
  const caller = async () => {
    while (left-- > 0) {
      let status = 503;
      // A gateway that a busy machine leaves without its turn sends newcomers away: they come again.
      for (let times = 0; status === 503 && times < 100; times++) {
        if (times > 0) await pause(100);
        status = await browser.call('sip:director@mysite.test', SDP);
      }
      assert.equal(status, 200);
    }
  };
  await Promise.all(Array.from({ length: 30 }, caller));

  await eventually('the gateway is at rest', async () => {
    const answer = await fetch(`${gateway.adminUrl}/health`, {
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const { calls, dialogs, media } = await answer.json();
    return calls === 0 && dialogs === 0 && media.calls === 0;
  });
});
