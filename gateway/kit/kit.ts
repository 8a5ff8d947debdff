// The files of the kit, sorted by machine. Only makes text from a deployment; folder.ts writes it.

import { pjsipConf, pjsipTransports, rtpConf, sipConf } from './asterisk-channels.ts';
import type { Deployment, Machine } from './deployment.ts';
import { dialplan } from './dialplan.ts';
import { zone } from './dns.ts';
import { gatewayAction, gatewayFilter, jails, pbxFilter } from './fail2ban.ts';
import { iptables, nftables } from './firewall.ts';
import { logrotate } from './logrotate.ts';
import { guide } from './readme.ts';

export interface KitFile {
  /** Relative to the folder of the kit: README.txt, dns/DOMAIN.zone, and MACHINE/etc/... */
  readonly path: string;
  readonly text: string;
}

export function kit(deployment: Deployment): KitFile[] {
  const files = [
    ...deployment.sites
      .filter(({ hasZone }) => hasZone)
      .map(site => ({ path: `dns/${site.domain}.zone`, text: zone(site, deployment) })),
    ...deployment.machines.flatMap(machine =>
      filesOf(machine, deployment).map(({ path, text }) => ({ path: `${machine.folder}/etc/${path}`, text })),
    ),
  ];
  return [{ path: 'README.txt', text: guide(deployment, files) }, ...files];
}

/** With paths relative to /etc. */
function filesOf(machine: Machine, deployment: Deployment): KitFile[] {
  const { isGateway, pbx } = machine;
  const file = (path: string, text: string): KitFile => ({ path, text });
  return [
    ...(pbx ? [file('asterisk/sip-call/extensions.conf', dialplan(pbx, deployment.gateway.addresses))] : []),
    ...(pbx?.driver === 'chan_sip' ? [file('asterisk/sip-call/sip.conf', sipConf(pbx))] : []),
    ...(pbx?.driver === 'chan_pjsip'
      ? [
          file('asterisk/sip-call/pjsip.conf', pjsipConf()),
          file('asterisk/sip-call/pjsip-transports.conf', pjsipTransports(pbx)),
        ]
      : []),
    ...(pbx?.writesRtp ? [file('asterisk/sip-call/rtp.conf', rtpConf(pbx))] : []),
    ...(deployment.firewall === 'nftables'
      ? [file('nftables.conf', nftables(deployment, machine))]
      : [
          file('iptables.up', iptables(deployment, machine, 4)),
          file('ip6tables.up', iptables(deployment, machine, 6)),
        ]),
    file('fail2ban/jail.d/sip-call.conf', jails(deployment, machine)),
    ...(isGateway
      ? [
          file('fail2ban/filter.d/sip-call.conf', gatewayFilter()),
          file('fail2ban/action.d/sip-call.conf', gatewayAction(deployment)),
          file('logrotate.d/sip-call', logrotate(deployment.gateway)),
        ]
      : []),
    ...(pbx ? [file('fail2ban/filter.d/asterisk-guest-call.conf', pbxFilter())] : []),
  ];
}
