// The administrator's kit: every file, by the machine it is for. Pure text from premises; nothing is written here.

import { pjsipConf, pjsipTransports, rtpConf, sipConf } from './asterisk-channels.ts';
import type { Deployment, Machine } from './deployment.ts';
import { dialplan } from './dialplan.ts';
import { zone } from './dns.ts';
import { gatewayAction, gatewayFilter, jails, pbxFilter } from './fail2ban.ts';
import { iptables, nftables } from './firewall.ts';
import { logrotate } from './logrotate.ts';
import { guide } from './readme.ts';

export interface KitFile {
  /** Below the folder of the kit: README.txt, dns/DOMAIN.zone, and MACHINE/etc/... */
  readonly path: string;
  readonly text: string;
}

export function kit(premises: Deployment): KitFile[] {
  const files = [
    ...premises.sites
      .filter(({ hasZone }) => hasZone)
      .map(site => ({ path: `dns/${site.domain}.zone`, text: zone(site, premises) })),
    ...premises.machines.flatMap(machine =>
      filesOf(machine, premises).map(({ path, text }) => ({ path: `${machine.folder}/etc/${path}`, text })),
    ),
  ];
  return [{ path: 'README.txt', text: guide(premises, files) }, ...files];
}

/** By their paths below /etc. */
function filesOf(machine: Machine, premises: Deployment): KitFile[] {
  const { isGateway, pbx } = machine;
  const file = (path: string, text: string): KitFile => ({ path, text });
  return [
    ...(pbx ? [file('asterisk/sip-call/extensions.conf', dialplan(pbx, premises.gateway.addresses))] : []),
    ...(pbx?.driver === 'chan_sip' ? [file('asterisk/sip-call/sip.conf', sipConf(pbx))] : []),
    ...(pbx?.driver === 'chan_pjsip'
      ? [
          file('asterisk/sip-call/pjsip.conf', pjsipConf()),
          file('asterisk/sip-call/pjsip-transports.conf', pjsipTransports(pbx)),
        ]
      : []),
    ...(pbx?.writesRtp ? [file('asterisk/sip-call/rtp.conf', rtpConf(pbx))] : []),
    ...(premises.firewall === 'nftables'
      ? [file('nftables.conf', nftables(premises, machine))]
      : [
          file('iptables.up', iptables(premises, machine, 4)),
          file('ip6tables.up', iptables(premises, machine, 6)),
        ]),
    file('fail2ban/jail.d/sip-call.conf', jails(premises, machine)),
    ...(isGateway
      ? [
          file('fail2ban/filter.d/sip-call.conf', gatewayFilter()),
          file('fail2ban/action.d/sip-call.conf', gatewayAction(premises)),
          file('logrotate.d/sip-call', logrotate(premises.gateway)),
        ]
      : []),
    ...(pbx ? [file('fail2ban/filter.d/asterisk-guest-call.conf', pbxFilter())] : []),
  ];
}
