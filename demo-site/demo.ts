// `npm run demo`: a company on one machine: its DNS zone, its PBX, its site, and the gateway that connects them.

import { Command, InvalidArgumentError } from 'commander';
import { configFrom } from '../gateway/config/load.ts';
import { startGateway } from '../gateway/gateway.ts';
import { createLog } from '../gateway/observe/log.ts';
import { startDnsServer } from './dns/dns-server.ts';
import { mysiteZone } from './dns/mysite-zone.ts';
import { startDemoPbx } from './pbx/pbx.ts';
import { startDemoSite } from './site.ts';

const LOOPBACK = '127.0.0.1';

const { port, verbose } = new Command('demo')
  .description('Starts a gateway, a DNS server, a PBX and a site on this machine.')
  .option('--port <number>', 'where the site is served', asPort, 8080)
  .option('--verbose', 'show what gateway and PBX log', false)
  .parse()
  .opts<{ port: number; verbose: boolean }>();

try {
  await run();
} catch (error) {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(taken ? `Port ${port} is taken: try npm run demo -- --port ${port + 1}` : error);
  process.exit(1);
}

async function run(): Promise<void> {
  const log = createLog(verbose ? 'info' : 'error');
  // The site starts first: if its port is taken, nothing else runs yet.
  let gatewayUrl = '';
  const site = await startDemoSite(port, () => gatewayUrl);
  const pbx = await startDemoPbx({ address: LOOPBACK, log });
  const dns = await startDnsServer({
    zone: mysiteZone({ address: LOOPBACK, port: pbx.port }),
    address: LOOPBACK,
    port: 0,
  });
  const gateway = await startGateway(
    configFrom({
      listen: `${LOOPBACK}:0`,
      address: LOOPBACK,
      dns: { servers: [`${LOOPBACK}:${dns.port}`], allow: ['127.0.0.0/8'] },
      sip: { udp: 0, tcp: 0 },
      media: { browserPort: 0, pbxPorts: [21000, 21999] },
      sites: [
        {
          domain: 'mysite.test',
          origins: [site.url, site.url.replace(LOOPBACK, 'localhost')],
          callable: [
            { user: 'director', name: 'Director', title: 'Answers in person' },
            { user: 'alex', name: 'Alex', title: 'Sales' },
            { user: 101, name: 'Support desk', title: 'Extension 101' },
            'seminar',
            'busy',
            'silent',
            'nobody',
          ],
          fallbacks: { person: 'alex', mail: 'office@mysite.test', callback: true },
        },
      ],
    }),
    log,
  );
  gatewayUrl = gateway.url;

  console.log(`  A company's site, its DNS zone, its PBX and a sip-call gateway are running on this machine.

  Open    ${site.url}/
  Click   "Call" beside the director, allow the microphone, and hear the greeting, then yourself.
          Use a headset: without one the echo of your own voice comes back.

  Stop with Ctrl+C.
`);

  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  function stop(): void {
    site.close();
    void gateway
      .stop()
      .then(() => Promise.all([pbx.stop(), dns.close()]))
      .then(() => process.exit(0));
  }
}

function asPort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError('expected a port from 0 (any free one) to 65535');
  }
  return value;
}
