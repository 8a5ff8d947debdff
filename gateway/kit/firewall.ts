// A machine's openings as rules of iptables in the founding document's form, or of nftables.

import { isIP } from 'node:net';
import { allowedPorts } from './allowed-ports.ts';
import type { Deployment, Machine, Range } from './deployment.ts';

/** For iptables-restore or ip6tables-restore. */
export function iptables(premises: Deployment, machine: Machine, family: 4 | 6): string {
  const [name, icmp] = family === 4 ? ['iptables', 'icmp'] : ['ip6tables', 'ipv6-icmp'];
  return [
    `# /etc/${name}.up`,
    `# Try:  ${name}-restore --test < /etc/${name}.up`,
    `# Load: ${name}-restore < /etc/${name}.up     takes all other rules away, Docker's too`,
    '# Then: systemctl restart fail2ban            puts its bans back',
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A INPUT -m conntrack --ctstate INVALID -j DROP',
    `-A INPUT -p ${icmp} -j ACCEPT`,
    ...allowedPorts(premises, machine).flatMap(({ what, protocol, ports, from }) => {
      const rule = `-p ${protocol} --dport ${range(ports, ':')} -j ACCEPT`;
      const sources = from?.filter(source => familyOf(source) === family).map(source => `-s ${source} `) ?? [
        '',
      ];
      return sources.length === 0 ? [] : [`# ${what}`, ...sources.map(source => `-A INPUT ${source}${rule}`)];
    }),
    ...challenge(premises, machine, ['# ', '#-A INPUT -p tcp --dport 80 -j ACCEPT']),
    'COMMIT',
    '',
  ].join('\n');
}

/** For nft -f: a table of its own, so that fail2ban's stays. */
export function nftables(premises: Deployment, machine: Machine): string {
  return [
    '#!/usr/sbin/nft -f',
    '# /etc/nftables.conf',
    '# Try:  nft -c -f /etc/nftables.conf',
    '# Load: systemctl enable nftables; systemctl reload-or-restart nftables',
    '# No "flush ruleset": it would lift fail2ban\'s bans too.',
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
    ...allowedPorts(premises, machine).flatMap(({ what, protocol, ports, from }) => {
      const port = `${protocol} dport ${range(ports, '-')} accept`;
      // One line each: networks that overlap are an error in a set.
      const sources = from?.map(source => `${familyOf(source) === 6 ? 'ip6' : 'ip'} saddr ${source} ${port}`);
      return [`    # ${what}`, ...(sources ?? [port]).map(rule => `    ${rule}`)];
    }),
    ...challenge(premises, machine, ['    # ', '    #tcp dport 80 accept']),
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A rule to switch on by hand: whether certbot runs is not in the configuration. */
function challenge(
  premises: Deployment,
  machine: Machine,
  [comment, rule]: readonly [string, string],
): string[] {
  const isOpen = allowedPorts(premises, machine).some(
    ({ protocol, ports }) => protocol === 'tcp' && ports[0] === 80,
  );
  return isOpen
    ? []
    : [`${comment}certbot's HTTP challenge, where it is used: take the # before the rule away.`, rule];
}

/** Of an address or a network. */
function familyOf(source: string): number {
  return isIP(source.split('/')[0] ?? '');
}

function range([first, last]: Range, between: string): string {
  return first === last ? String(first) : `${first}${between}${last}`;
}
