// The zone mysite.test: the NAPTR records of the founding document, unchanged except for the domain (mysite.ru there),
// their SRV records, and the addresses of the demo PBX.

import { isIPv6 } from 'node:net';
import type { Zone, ZoneRecord } from './zone.ts';

export interface PbxEndpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * @param pbx where the PBX listens on UDP and TCP
 * @param places.second another PBX behind `_sip._udp.second`; default the same
 * @param places.tls where it listens on TLS; absent: the record says that TLS is not offered
 */
export function mysiteZone(
  pbx: PbxEndpoint,
  places: { origin?: string; second?: PbxEndpoint; tls?: PbxEndpoint } = {},
): Zone {
  const origin = places.origin ?? 'mysite.test';
  const second = places.second ?? pbx;
  const naptr = (order: number, preference: number, services: string, replacement: string): ZoneRecord => {
    return {
      name: origin,
      type: 'NAPTR',
      data: { order, preference, flags: 's', services, regexp: '', replacement: `${replacement}.${origin}` },
    };
  };
  const srv = (service: string, port: number, host: string): ZoneRecord => {
    const target = port === 0 ? '.' : `${host}.${origin}`;
    return { name: `${service}.${origin}`, type: 'SRV', data: { priority: 10, weight: 0, port, target } };
  };
  const host = (name: string, address: string): ZoneRecord => {
    return { name: `${name}.${origin}`, type: isIPv6(address) ? 'AAAA' : 'A', data: address };
  };
  return {
    origin,
    records: [
      naptr(10, 50, 'SIP+D2U', '_sip._udp'),
      naptr(10, 51, 'SIP+D2U', '_sip._udp.second'),
      naptr(20, 50, 'SIP+D2T', '_sip._tcp'),
      naptr(20, 50, 'SIPS+D2T', '_sips._tcp'),
      srv('_sip._udp', pbx.port, 'asterisk'),
      srv('_sip._udp.second', second.port, 'asterisk2'),
      srv('_sip._tcp', pbx.port, 'asterisk'),
      srv('_sips._tcp', places.tls?.port ?? 0, 'asterisk'),
      host('asterisk', pbx.address),
      host('asterisk2', second.address),
    ],
  };
}
