// fail2ban: filters, actions and jails. The jail of the gateway bans the visitors in its security log. The jails of the
// PBX ban direct callers and never the gateway, from which the calls of all visitors come. fail2ban does not start when a
// jail finds no log, so every jail also has a file that always exists.

import type { Deployment, Machine, Range } from './deployment.ts';
import { pbxElsewhere } from './deployment.ts';

/** Matches the lines of gateway/observe/security-log.ts to their end: the address must be the last word. */
export function gatewayFilter(): string {
  return [
    '# /etc/fail2ban/filter.d/sip-call.conf: the security log of sip-call.',
    '# For IPv6 the whole /64 is banned, because a household usually controls all of it.',
    '[Definition]',
    'failregex = ^\\s*sip-call refused [a-z-]+ from (?:\\S+ in )?<SUBNET>$',
    'ignoreregex =',
    'datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\\.%%f%%z',
    '',
  ].join('\n');
}

export function gatewayAction({ firewall }: Deployment): string {
  const head = `# /etc/fail2ban/action.d/sip-call.conf: bans by ${firewall}, without a response.`;
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
    '# A set contains networks only with the flag interval.',
    '[Init?family=inet6]',
    'addr_type = ipv6_addr\\; flags interval',
    '',
  ].join('\n');
}

/** Wrong guest calls, with the line prefixes of Debian's own filter. */
export function pbxFilter(): string {
  return [
    '# /etc/fail2ban/filter.d/asterisk-guest-call.conf: wrong guest calls in the log of the dialplan.',
    '# The address is the last word. Lines of calls via the gateway end differently: the gateway bans its visitors.',
    '[INCLUDES]',
    'before = asterisk.conf',
    '[Definition]',
    'failregex = ^Wrong call IP=<HOST>$',
    '',
  ].join('\n');
}

export function jails(deployment: Deployment, machine: Machine): string {
  const { gateway, firewall, sshPort } = deployment;
  const { isGateway, pbx } = machine;
  const blockType = `blocktype=${firewall === 'iptables' ? 'DROP' : 'drop'}`;
  const trusted = [...gateway.addresses, ...(isGateway ? pbxElsewhere(deployment, machine) : [])];
  const proxies = isGateway ? gateway.remoteProxies : [];
  return [
    '# /etc/fail2ban/jail.d/sip-call.conf',
    '# Load:  fail2ban-client reload',
    '# Check: fail2ban-client status',
    '# Of several logs, fail2ban reads the existing ones. /dev/null always exists: without a log fail2ban does not start.',
    '',
    '# Needs the Debian packages fail2ban and rsyslog: without rsyslog, Debian 12 and later have no auth.log. To read the',
    '# journal instead, install python3-systemd and write "backend = systemd" in place of backend and logpath.',
    ...jail('sshd', {
      logs: ['/var/log/auth.log'],
      retry: 5,
      actions: [`${firewall}-multiport[name=sshd, port="${sshPort}", protocol=tcp]`],
    }),
    ...(isGateway
      ? [
          ...(proxies.length > 0
            ? [
                '# Visitors come through a proxy on another machine: this jail belongs there, with a copy of the log.',
              ]
            : []),
          '# 10 refusals: a person who is refused may try again once or twice.',
          ...jail('sip-call', {
            filter: 'sip-call',
            logs: [gateway.securityLog],
            retry: 10,
            ignore: [...trusted, ...proxies],
            actions: bothProtocols('sip-call', 'sip-call', gatewayPorts(deployment)),
          }),
        ]
      : []),
    ...(pbx
      ? [
          '# The calls of all visitors come from the gateway: it must never be banned. Add your trunks and your office to both',
          '# lines of ignoreip: the source address of UDP can be forged.',
          ...(['asterisk', 'asterisk-guest-call'] as const).flatMap(name =>
            jail(name, {
              filter: name,
              // The names up to Asterisk 17, and from 18.
              logs: ['/var/log/asterisk/messages', '/var/log/asterisk/messages.log'],
              retry: name === 'asterisk' ? 10 : 5,
              ignore: trusted,
              actions: bothProtocols(
                `${firewall}-multiport`,
                name === 'asterisk' ? 'asterisk' : 'guest-call',
                [...pbx.ports.udp, ...pbx.ports.tcp, ...pbx.ports.tls],
                `, ${blockType}`,
              ),
            }),
          ),
        ]
      : []),
  ].join('\n');
}

interface Jail {
  readonly filter?: string;
  readonly logs: readonly string[];
  readonly retry: number;
  readonly ignore?: readonly string[];
  readonly actions: readonly string[];
}

function jail(name: string, { filter, logs, retry, ignore, actions }: Jail): string[] {
  const list = (key: string, values: readonly string[]) =>
    values.map((value, index) => `${index === 0 ? `${key.padEnd(8)} =` : '          '} ${value}`);
  return [
    `[${name}]`,
    'enabled  = true',
    ...(filter === undefined ? [] : [`filter   = ${filter}`]),
    'backend  = auto',
    ...list('logpath', [...logs, '/dev/null']),
    `maxretry = ${retry}`,
    'findtime = 10m',
    'bantime  = 1h',
    ...(ignore === undefined ? [] : [`ignoreip = 127.0.0.1/8 ::1 ${ignore.join(' ')}`]),
    ...list('action', actions),
    '',
  ];
}

/** Ports of the gateway's machine for visitors. */
function gatewayPorts({ gateway }: Deployment): (number | Range)[] {
  const { webPorts, remoteProxies, listenPort, browsers, sip } = gateway;
  return [
    ...webPorts,
    ...(remoteProxies.length > 0 ? [listenPort] : []),
    ...(browsers ? [browsers] : []),
    ...(sip ? [sip.tcp] : []),
  ];
}

/** One action for each protocol: fail2ban before 1.0 accepts no list. */
function bothProtocols(
  action: string,
  name: string,
  ports: readonly (number | Range)[],
  more = '',
): string[] {
  const text = [
    ...new Set(
      ports.map(port => {
        const [first, last] = typeof port === 'number' ? [port, port] : port;
        return first === last ? String(first) : `${first}:${last}`;
      }),
    ),
  ].join(',');
  return ['tcp', 'udp'].map(
    protocol => `${action}[name=${name}-${protocol}, port="${text}", protocol=${protocol}${more}]`,
  );
}
