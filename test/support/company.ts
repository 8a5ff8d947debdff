// A company in this process: the demo's PBX behind a gateway that finds it by DNS, for pages of given origins. Its
// director answers, greets, and says back what is said.

import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../demo-site/dns/mysite-zone.ts';
import { startDemoPbx } from '../../demo-site/pbx/pbx.ts';
import { configFrom } from '../../gateway/config/load.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/observe/log.ts';

export interface Company {
  readonly gateway: Gateway;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** `settings`: more about the gateway. */
export async function startCompany(
  origins: readonly string[],
  pbxPorts = [22000, 22999],
  settings: Partial<ConfigInput> = {},
): Promise<Company> {
  const log = createLog('error');
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
      media: { browserPort: 0, pbxPorts },
      sites: [{ domain: 'mysite.test', origins, callable: ['director', 'busy', 'silent'] }],
      ...settings,
    } as never),
    log,
  );
  return {
    gateway,
    async close() {
      await gateway.stop();
      await Promise.all([pbx.stop(), dns.close()]);
    },
  };
}
