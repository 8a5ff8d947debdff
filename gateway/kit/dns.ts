// The zone: where the world finds the PBX (RFC 3263), as the founding document's records, and the gateway.

import { isIP } from 'node:net';
import type { Premises } from './premises.ts';

export function zone({ domain, pbxName, pbx, gateway, gatewayName }: Premises): string {
  const name = (whole: string) => `${whole}.`;
  const addressOf = (host: string, address: string) =>
    record(name(host), isIP(address) === 6 ? 'AAAA' : 'A', address);
  return [
    `; For the zone of ${domain}: where SIP calls to its people go. Lower numbers come first.`,
    record(name(domain), 'NAPTR', `10 50 "s" "SIP+D2U" "" _sip._udp.${domain}.`),
    record(name(domain), 'NAPTR', `20 50 "s" "SIP+D2T" "" _sip._tcp.${domain}.`),
    '; Many SIP clients ask for these alone. Priority, weight, port, server.',
    record(`_sip._udp.${domain}.`, 'SRV', `10 0 5060 ${pbxName}.`),
    record(`_sip._tcp.${domain}.`, 'SRV', `10 0 5060 ${pbxName}.`),
    '; The PBX. Leave out what your zone has already.',
    ...pbx.map(address => addressOf(pbxName, address)),
    ...(gatewayName ? ['; The gateway, as its `url` says.', addressOf(gatewayName, gateway)] : []),
    '',
  ].join('\n');
}

function record(name: string, type: string, data: string): string {
  return `${name.padEnd(28)} 3600 IN ${type.padEnd(5)} ${data}`;
}
