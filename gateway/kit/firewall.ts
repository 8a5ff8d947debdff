// What each of the two machines lets in, as rules of iptables in the founding document's form or of nftables. One list
// of openings a machine; the two languages only write it down.

import { isIP } from 'node:net';
import type { Premises } from './premises.ts';

type Range = readonly [first: number, last: number];

/** `from`: addresses that may; everybody when absent. */
interface Opening {
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: Range;
  readonly from?: readonly string[];
}

export type Machine = 'gateway' | 'pbx';

const ssh: Opening = { what: 'the way in for you', protocol: 'tcp', ports: [22, 22] };
/** Asterisk's own defaults. */
const asteriskRtp: Range = [10_000, 20_000];

function openings({ ports, pbx }: Premises, machine: Machine): Opening[] {
  if (machine === 'pbx') {
    const calls = 'calls, from whoever finds you in DNS';
    return [
      ssh,
      { what: `${calls}, by UDP`, protocol: 'udp', ports: [5060, 5060] },
      { what: 'by TCP and TLS', protocol: 'tcp', ports: [5060, 5061] },
      { what: 'their sound: rtpstart and rtpend of rtp.conf', protocol: 'udp', ports: asteriskRtp },
    ];
  }
  const one = (port: number): Range => [port, port];
  const sip = ports.sip;
  return [
    ssh,
    { what: 'pages and WebSocket', protocol: 'tcp', ports: one(ports.web) },
    { what: 'media of browsers', protocol: 'udp', ports: ports.browsers },
    { what: 'the same where UDP does not get out', protocol: 'tcp', ports: ports.browsers },
    ...(sip
      ? [
          { what: 'SIP of the PBX, by UDP', protocol: 'udp' as const, ports: one(sip.udp), from: pbx },
          { what: 'by TCP', protocol: 'tcp' as const, ports: one(sip.tcp), from: pbx },
        ]
      : []),
    { what: 'sound of the PBX', protocol: 'udp', ports: ports.rtp, from: pbx },
  ];
}

/** For iptables-restore or ip6tables-restore. */
export function iptables(premises: Premises, machine: Machine, family: 4 | 6): string {
  const [name, icmp] = family === 4 ? ['iptables', 'icmp'] : ['ip6tables', 'ipv6-icmp'];
  return [
    `# /etc/${name}.up of the ${machine === 'pbx' ? 'PBX' : 'gateway'}: loaded by ${name}-restore < /etc/${name}.up`,
    '# That takes what fail2ban has banned away: systemctl restart fail2ban puts it back.',
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A INPUT -m conntrack --ctstate INVALID -j DROP',
    `-A INPUT -p ${icmp} -j ACCEPT`,
    ...openings(premises, machine).flatMap(({ what, protocol, ports, from }) => {
      const rule = `-p ${protocol} --dport ${range(ports, ':')} -j ACCEPT`;
      const sources = from?.filter(address => isIP(address) === family).map(address => `-s ${address} `) ?? [
        '',
      ];
      return sources.length === 0 ? [] : [`# ${what}`, ...sources.map(source => `-A INPUT ${source}${rule}`)];
    }),
    'COMMIT',
    '',
  ].join('\n');
}

/** The lines below an interface in /etc/network/interfaces, in the founding document's manner. */
export function interfaces(): string {
  return [
    '# /etc/network/interfaces: below the lines of the interface that leads to the world, such as',
    '#   allow-hotplug eth1',
    '#   iface eth1 inet dhcp',
    '    post-up iptables-restore < /etc/iptables.up',
    '    post-up ip6tables-restore < /etc/ip6tables.up',
    '',
  ].join('\n');
}

/** For nft -f: a table of its own, so that fail2ban's stays. */
export function nftables(premises: Premises, machine: Machine): string {
  return [
    '#!/usr/sbin/nft -f',
    `# /etc/nftables.conf of the ${machine === 'pbx' ? 'PBX' : 'gateway'}. No "flush ruleset": it would lift fail2ban's bans too.`,
    'table inet sip-call',
    'delete table inet sip-call',
    '',
    'table inet sip-call {',
    '  chain input {',
    '    type filter hook input priority filter; policy drop;',
    '    iif "lo" accept',
    '    ct state established,related accept',
    '    ct state invalid drop',
    '    meta l4proto { icmp, ipv6-icmp } accept',
    ...openings(premises, machine).flatMap(({ what, protocol, ports, from }) => {
      const port = `${protocol} dport ${range(ports, '-')} accept`;
      const sources = from ? bySource(from).map(source => `${source} ${port}`) : [port];
      return [`    # ${what}`, ...sources.map(rule => `    ${rule}`)];
    }),
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '  }',
    '}',
    '',
  ].join('\n');
}

function bySource(addresses: readonly string[]): string[] {
  const families = [['ip', 4] as const, ['ip6', 6] as const];
  return families.flatMap(([word, family]) => {
    const own = addresses.filter(address => isIP(address) === family);
    return own.length === 0 ? [] : [`${word} saddr { ${own.join(', ')} }`];
  });
}

function range([first, last]: Range, between: string): string {
  return first === last ? String(first) : `${first}${between}${last}`;
}
