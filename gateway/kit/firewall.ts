// The accepted ports of a machine as rules of iptables or nftables.

import { isIP } from 'node:net';
import { allowedPorts } from './allowed-ports.ts';
import type { Deployment, Machine, Range } from './deployment.ts';

/** For iptables-restore or ip6tables-restore. */
export function iptables(deployment: Deployment, machine: Machine, family: 4 | 6): string {
  const [name, icmp] = family === 4 ? ['iptables', 'icmp'] : ['ip6tables', 'ipv6-icmp'];
  return [
    `# /etc/${name}.up`,
    `# Test: ${name}-restore --test < /etc/${name}.up`,
    `# Load: ${name}-restore < /etc/${name}.up     removes all other rules, also Docker's`,
    '# Then: systemctl restart fail2ban            restores its bans',
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A INPUT -m conntrack --ctstate INVALID -j DROP',
    `-A INPUT -p ${icmp} -j ACCEPT`,
    ...allowedPorts(deployment, machine).flatMap(({ what, protocol, ports, from }) => {
      const rule = `-p ${protocol} --dport ${range(ports, ':')} -j ACCEPT`;
      const sources = from?.filter(source => familyOf(source) === family).map(source => `-s ${source} `) ?? [
        '',
      ];
      return sources.length === 0 ? [] : [`# ${what}`, ...sources.map(source => `-A INPUT ${source}${rule}`)];
    }),
    ...challenge(deployment, machine, ['# ', '#-A INPUT -p tcp --dport 80 -j ACCEPT']),
    'COMMIT',
    '',
  ].join('\n');
}

/** For nft -f. A separate table, so that the table of fail2ban stays. */
export function nftables(deployment: Deployment, machine: Machine): string {
  return [
    '#!/usr/sbin/nft -f',
    '# /etc/nftables.conf',
    '# Test: nft -c -f /etc/nftables.conf',
    '# Load: systemctl enable nftables; systemctl reload-or-restart nftables',
    '# Without "flush ruleset", which would also remove the bans of fail2ban.',
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
    ...allowedPorts(deployment, machine).flatMap(({ what, protocol, ports, from }) => {
      const port = `${protocol} dport ${range(ports, '-')} accept`;
      // One line for each source: overlapping networks are an error in a set.
      const sources = from?.map(source => `${familyOf(source) === 6 ? 'ip6' : 'ip'} saddr ${source} ${port}`);
      return [`    # ${what}`, ...(sources ?? [port]).map(rule => `    ${rule}`)];
    }),
    ...challenge(deployment, machine, ['    # ', '    #tcp dport 80 accept']),
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A rule to enable by hand: the configuration does not say whether certbot runs. */
function challenge(
  deployment: Deployment,
  machine: Machine,
  [comment, rule]: readonly [string, string],
): string[] {
  const isOpen = allowedPorts(deployment, machine).some(
    ({ protocol, ports }) => protocol === 'tcp' && ports[0] === 80,
  );
  return isOpen ? [] : [`${comment}For certbot's HTTP challenge, remove the # before this rule.`, rule];
}

/** The family of an address or a network. */
function familyOf(source: string): number {
  return isIP(source.split('/')[0] ?? '');
}

function range([first, last]: Range, separator: string): string {
  return first === last ? String(first) : `${first}${separator}${last}`;
}
