// fail2ban. The gateway's log names visitors, and the gateway's jail bans them; Asterisk's names its callers, and
// its jails never ban the gateway, through which everybody else's calls come. fail2ban does not start at all when one
// jail finds no log, so every jail also names a file that is always there.

import type { Deployment, Machine, Range } from './deployment.ts';
import { pbxElsewhere } from './deployment.ts';

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

export function gatewayAction({ firewall }: Deployment): string {
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
    '# A set holds networks only when it is declared so.',
    '[Init?family=inet6]',
    'addr_type = ipv6_addr\\; flags interval',
    '',
  ].join('\n');
}

/** Wrong guest calls, in the lines that Debian's own filter knows. */
export function pbxFilter(): string {
  return [
    '# /etc/fail2ban/filter.d/asterisk-guest-call.conf: wrong calls of guests, as the dialplan logs them.',
    '# To the end of the line: what the gateway told of its visitors ends otherwise, and is not ours to ban.',
    '[INCLUDES]',
    'before = asterisk.conf',
    '[Definition]',
    'failregex = ^Wrong call IP=<HOST>$',
    '',
  ].join('\n');
}

export function jails(premises: Deployment, machine: Machine): string {
  const { gateway, firewall, sshPort } = premises;
  const { isGateway, pbx } = machine;
  const quietly = `blocktype=${firewall === 'iptables' ? 'DROP' : 'drop'}`;
  const friends = [...gateway.addresses, ...(isGateway ? pbxElsewhere(premises, machine) : [])];
  const proxies = isGateway ? gateway.remoteProxies : [];
  return [
    '# /etc/fail2ban/jail.d/sip-call.conf',
    '# Then: fail2ban-client reload',
    '# Look: fail2ban-client status',
    '# Of several logs those are read that are there. /dev/null always is, so that no jail keeps the others from starting.',
    '',
    '# The Debian packages fail2ban and rsyslog: without rsyslog Debian 12 and later keep no auth.log. To read the journal',
    '# instead, install python3-systemd and write "backend = systemd" here in place of backend and logpath.',
    ...jail('sshd', {
      logs: ['/var/log/auth.log'],
      retry: 5,
      actions: [`${firewall}-multiport[name=sshd, port="${sshPort}", protocol=tcp]`],
    }),
    ...(isGateway
      ? [
          ...(proxies.length > 0
            ? [
                '# Visitors come through a proxy of another machine: have this jail there, with a copy of the log.',
              ]
            : []),
          '# A person who is refused tries again once or twice.',
          ...jail('sip-call', {
            filter: 'sip-call',
            logs: [gateway.securityLog],
            retry: 10,
            ignore: [...friends, ...proxies],
            actions: bothProtocols('sip-call', 'sip-call', gatewayPorts(premises)),
          }),
        ]
      : []),
    ...(pbx
      ? [
          "# All visitors' calls come from the gateway: it must never be banned. Add your trunks and your office to both",
          '# lines of ignoreip: over UDP anybody can call in their name.',
          ...(['asterisk', 'asterisk-guest-call'] as const).flatMap(name =>
            jail(name, {
              filter: name,
              // Its name in the packages of Asterisk up to 17, and since 18.
              logs: ['/var/log/asterisk/messages', '/var/log/asterisk/messages.log'],
              retry: name === 'asterisk' ? 10 : 5,
              ignore: friends,
              actions: bothProtocols(
                `${firewall}-multiport`,
                name === 'asterisk' ? 'asterisk' : 'guest-call',
                [...pbx.ports.udp, ...pbx.ports.tcp, ...pbx.ports.tls],
                `, ${quietly}`,
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

/** Where visitors reach the gateway's machine. */
function gatewayPorts({ gateway }: Deployment): (number | Range)[] {
  const { webPorts, remoteProxies, listenPort, browsers, sip } = gateway;
  return [
    ...webPorts,
    ...(remoteProxies.length > 0 ? [listenPort] : []),
    ...(browsers ? [browsers] : []),
    ...(sip ? [sip.tcp] : []),
  ];
}

/** One for each protocol: lists of them are understood since 1.0 only. */
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
