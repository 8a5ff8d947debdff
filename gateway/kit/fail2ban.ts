// fail2ban on both machines. The gateway's log names visitors, and the gateway's jail bans them; Asterisk's names
// whoever calls it, and its jail never bans the gateway, through which everybody else's calls come.

import type { Premises } from './premises.ts';

/** Matches the lines of gateway/observe/security-log.ts, to their end: nothing may stand behind the address. */
export function gatewayFilter(): string {
  return [
    '# /etc/fail2ban/filter.d/sip-call.conf: the security log of sip-call.',
    '# Of IPv6 the network is banned, since one home may take any address of its own.',
    '[Definition]',
    'failregex = ^\\s*sip-call refused [a-z-]+ from (?:\\S+ in )?<SUBNET>$',
    'ignoreregex =',
    'datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\\.%%f%%z',
    '',
  ].join('\n');
}

export function gatewayAction({ firewall }: Premises): string {
  const head = `# /etc/fail2ban/action.d/sip-call.conf: bans by ${firewall}, without a word to the banned.`;
  if (firewall === 'iptables') {
    const quiet = ['[Init]', 'blocktype = DROP', '[Init?family=inet6]', 'blocktype = DROP'];
    return [head, '[INCLUDES]', 'before = iptables-multiport.conf', ...quiet, ''].join('\n');
  }
  return [
    head,
    '[INCLUDES]',
    'before = nftables-multiport.conf',
    '[Init]',
    'blocktype = drop',
    '# A set holds networks only when it is told to.',
    '[Init?family=inet6]',
    'addr_type = ipv6_addr\\; flags interval',
    '',
  ].join('\n');
}

export function gatewayJail(premises: Premises): string {
  const { securityLog, gateway, pbx, proxies, ports } = premises;
  const [first, last] = ports.browsers;
  const open = [
    ports.web,
    first === last ? first : `${first}:${last}`,
    ...(ports.sip ? [ports.sip.tcp] : []),
  ];
  return [
    '# /etc/fail2ban/jail.d/sip-call.conf: on the gateway.',
    '[sip-call]',
    'enabled  = true',
    'filter   = sip-call',
    `logpath  = ${securityLog}`,
    'backend  = auto',
    '# A person who is refused tries again once or twice.',
    'maxretry = 10',
    'findtime = 10m',
    'bantime  = 1h',
    `ignoreip = 127.0.0.1/8 ::1 ${[gateway, ...pbx, ...proxies].join(' ')}`,
    ...actions('sip-call', 'sip-call', open.join(',')),
    '',
  ].join('\n');
}

/** Debian's own filter for Asterisk, and the founding document's line. */
export function pbxFilter(): string {
  return [
    '# /etc/fail2ban/filter.d/asterisk-guest-call.conf: what the asterisk filter knows, and wrong guest calls.',
    '# To the end of the line: what the gateway told of its visitors ends otherwise, and is not ours to ban.',
    '[INCLUDES]',
    'before = asterisk.conf',
    '[Definition]',
    'failregex = %(known/failregex)s',
    '            ^Wrong call IP=<HOST>$',
    '',
  ].join('\n');
}

export function pbxJail({ gateway, firewall }: Premises): string {
  const drop = firewall === 'iptables' ? 'DROP' : 'drop';
  return [
    '# /etc/fail2ban/jail.d/asterisk-guest-call.conf: on the PBX.',
    '[asterisk-guest-call]',
    'enabled  = true',
    'filter   = asterisk-guest-call',
    'logpath  = /var/log/asterisk/messages',
    'backend  = auto',
    'maxretry = 5',
    'findtime = 10m',
    'bantime  = 1h',
    "# All visitors' calls come from the gateway: it must never be banned. Nor should your trunks and your office be;",
    '# over UDP anybody can call in their name.',
    `ignoreip = 127.0.0.1/8 ::1 ${gateway}`,
    ...actions(`${firewall}-multiport`, 'guest-call', '5060,5061', `, blocktype=${drop}`),
    '',
  ].join('\n');
}

/** One for each protocol: lists of them are understood since 1.0 only. */
function actions(action: string, name: string, ports: string, more = ''): string[] {
  return ['tcp', 'udp'].map(
    (protocol, index) =>
      `${index === 0 ? 'action   =' : '          '} ${action}[name=${name}-${protocol}, port="${ports}", protocol=${protocol}${more}]`,
  );
}
