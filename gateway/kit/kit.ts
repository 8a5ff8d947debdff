// The administrator's kit: every file, by the machine it is for. Pure text from premises; nothing is written here.

import { dialplan, pjsipConf, sipConf } from './dialplan.ts';
import { zone } from './dns.ts';
import { gatewayAction, gatewayFilter, gatewayJail, pbxFilter, pbxJail } from './fail2ban.ts';
import { interfaces, iptables, type Machine, nftables } from './firewall.ts';
import { logrotate } from './logrotate.ts';
import type { Premises } from './premises.ts';

export interface KitFile {
  /** Below the folder of the kit: dns/, gateway/ and pbx/. */
  readonly path: string;
  readonly text: string;
}

export function kit(premises: Premises): KitFile[] {
  const file = (path: string, text: string): KitFile => ({ path, text });
  return [
    file(`dns/${premises.domain}.zone`, zone(premises)),
    ...firewall(premises, 'gateway'),
    file('gateway/fail2ban/filter.d/sip-call.conf', gatewayFilter()),
    file('gateway/fail2ban/action.d/sip-call.conf', gatewayAction(premises)),
    file('gateway/fail2ban/jail.d/sip-call.conf', gatewayJail(premises)),
    file('gateway/logrotate.d/sip-call', logrotate(premises)),
    ...firewall(premises, 'pbx'),
    file('pbx/fail2ban/filter.d/asterisk-guest-call.conf', pbxFilter()),
    file('pbx/fail2ban/jail.d/asterisk-guest-call.conf', pbxJail(premises)),
    file('pbx/chan_sip/sip.conf', sipConf()),
    file('pbx/chan_sip/extensions.conf', dialplan(premises, 'SIP')),
    file('pbx/chan_pjsip/pjsip.conf', pjsipConf()),
    file('pbx/chan_pjsip/extensions.conf', dialplan(premises, 'PJSIP')),
  ];
}

function firewall(premises: Premises, machine: Machine): KitFile[] {
  if (premises.firewall === 'nftables') {
    return [{ path: `${machine}/nftables.conf`, text: nftables(premises, machine) }];
  }
  return [
    { path: `${machine}/iptables.up`, text: iptables(premises, machine, 4) },
    { path: `${machine}/ip6tables.up`, text: iptables(premises, machine, 6) },
    { path: `${machine}/interfaces`, text: interfaces() },
  ];
}
