// README.txt of the kit: where each file goes, which command loads it, and how to check it.

import type { Deployment, Machine, PbxSide } from './deployment.ts';
import type { KitFile } from './kit.ts';

export function guide(deployment: Deployment, files: readonly KitFile[]): string {
  const { gateway, sites, machines, firewall, notes } = deployment;
  const zones = files.filter(({ path }) => path.startsWith('dns/'));
  const chapters = [
    ...(zones.length > 0 ? [dns(deployment, zones)] : []),
    ...machines.filter(({ isGateway }) => !isGateway).map(machine => oneMachine(deployment, machine, files)),
    ...machines.filter(({ isGateway }) => isGateway).map(machine => oneMachine(deployment, machine, files)),
    firewall === 'nftables' ? nftables(deployment) : iptables(deployment),
    fail2ban(machines),
    aCall(deployment),
  ];
  const title = 'The kit of sip-call: files for the gateway, its PBXs and their DNS';
  return [
    title,
    '='.repeat(title.length),
    '',
    `Gateway  ${gateway.addresses.join(', ')}`,
    ...sites.map(
      ({ domain, servers }) =>
        `Site     ${domain}: ${servers.map(({ name, addresses }) => `${name} (${addresses.join(', ')})`).join(', then ')}`,
    ),
    ...(notes.length > 0
      ? [
          '',
          'First, in the configuration file of the gateway:',
          '',
          ...notes.flatMap(note => wrapped(note, '  - ', '    ')),
        ]
      : []),
    ...chapters.flatMap(([heading, ...lines], index) => ['', `${index + 1}. ${heading}`, '', ...lines]),
    '',
  ].join('\n');
}

function dns({ sites }: Deployment, zones: readonly KitFile[]): string[] {
  const [first] = sites.filter(({ hasZone }) => hasZone);
  return [
    'DNS',
    ...zones.map(
      ({ path }) => `  ${path.padEnd(40)} for the zone of ${path.slice('dns/'.length, -'.zone'.length)}`,
    ),
    '',
    '  Enter the records in the form of your provider, or add them to the zone file of your server and raise the serial.',
    `  Load (BIND):  rndc reload ${first?.domain}`,
    `  Check:        sip-call resolve ${first?.people[0]?.user}@${first?.domain}`,
  ];
}

function oneMachine(deployment: Deployment, machine: Machine, files: readonly KitFile[]): string[] {
  const { gateway } = deployment;
  const { folder, isGateway, pbx } = machine;
  const addresses = isGateway ? gateway.addresses : (pbx?.addresses ?? []);
  const what = isGateway ? (pbx ? 'The gateway and its PBX' : 'The gateway') : `The PBX ${pbx?.name}`;
  const own = files.filter(({ path }) => path.startsWith(`${folder}/`));
  return [
    `${what} (${addresses.join(', ')})`,
    `  The files of ${folder}/etc/ belong in /etc/ of the machine:`,
    ...own.map(({ path }) => `    ${path.slice(folder.length)}`),
    `  Copy all:  cp -r ${folder}/etc/. /etc/`,
    ...(isGateway && pbx && gateway.sip
      ? [
          '',
          `  The PBX keeps its SIP ports; the gateway uses ${gateway.sip.udp} (UDP) and ${gateway.sip.tcp} (TCP).`,
        ]
      : []),
    ...(pbx ? ['', ...asterisk(pbx)] : []),
    ...(isGateway
      ? [
          '',
          '  The gateway',
          '  Load:   systemctl restart sip-call',
          '  Check:  journalctl -u sip-call -n 20                 contains "ready"',
        ]
      : []),
  ];
}

function asterisk(pbx: PbxSide): string[] {
  const isSip = pbx.driver === 'chan_sip';
  const include = (file: string, into = file) =>
    `    at the end of /etc/asterisk/${into.padEnd(18)} #include sip-call/${file}`;
  return [
    `  Asterisk with ${pbx.driver}: add these lines,`,
    include('extensions.conf'),
    include(isSip ? 'sip.conf' : 'pjsip.conf'),
    ...(pbx.writesRtp ? [include('rtp.conf')] : []),
    ...(isSip
      ? []
      : [
          '  and, if asterisk -rx "pjsip show transports" does not list these ports,',
          include('pjsip-transports.conf', 'pjsip.conf'),
          '    (on Asterisk 16 to 20 chan_sip may use the port: noload => chan_sip.so in modules.conf)',
        ]),
    ...(pbx.ports.tls.length > 0
      ? [
          `  TLS: ${isSip ? 'sip.conf' : 'pjsip-transports.conf'} in sip-call/ has the path of the certificate.`,
        ]
      : []),
    ...(pbx.wrongNumber === 'bad-user'
      ? [
          '  Put a sound file bad-user.gsm, or bad-user.wav (8 kHz, mono, 16 bit), into /usr/share/asterisk/sounds/en/.',
        ]
      : []),
    `  Load:   asterisk -rx "dialplan reload"; asterisk -rx "${isSip ? 'sip reload' : 'pjsip reload'}"`,
    ...(pbx.writesRtp || !isSip
      ? ['          systemctl restart asterisk           once, for the transports and rtp.conf']
      : []),
    '  Check:  asterisk -rx "dialplan show guest-call"      one line for each name, one pattern, no include',
    `          asterisk -rx "${isSip ? 'sip show settings' : 'pjsip show endpoint anonymous'}"`,
    ...pbx.sites.flatMap(({ people, context }) => {
      const person = people.find(({ extension }) => extension !== undefined);
      return person
        ? [
            `          asterisk -rx "dialplan show ${person.extension}@${context}"      the extension of ${person.user}: your own lines`,
          ]
        : [];
    }),
    '          asterisk -rx "module show like codec_opus"   one module; if none, install asterisk-opus, or',
    `                                                       remove opus from allow in ${isSip ? 'sip.conf' : 'sip-call/pjsip.conf'}`,
  ];
}

function iptables({ sshPort }: Deployment): string[] {
  return [
    'The firewall, on each machine',
    ...openAgain(sshPort, 'iptables -P INPUT ACCEPT; ip6tables -P INPUT ACCEPT; iptables -F; ip6tables -F'),
    '  Load:     iptables-restore < /etc/iptables.up; ip6tables-restore < /etc/ip6tables.up',
    '  Check:    iptables -nvL INPUT',
    '  At boot:  in /etc/network/interfaces, below the lines of the external interface, such as',
    '            allow-hotplug eth1 and iface eth1 inet dhcp:',
    '                post-up iptables-restore < /etc/iptables.up',
    '                post-up ip6tables-restore < /etc/ip6tables.up',
  ];
}

function nftables({ sshPort }: Deployment): string[] {
  return [
    'The firewall, on each machine',
    ...openAgain(sshPort, 'nft delete table inet sip-call'),
    '  Load:     nft -f /etc/nftables.conf',
    '  Check:    nft list table inet sip-call',
    '  At boot:  systemctl enable nftables',
  ];
}

function openAgain(sshPort: number, undo: string): string[] {
  return [
    `  The rules drop everything else. Port ${sshPort} stays open for ssh; another one with --ssh PORT.`,
    `  First:    (sleep 120; ${undo}) &`,
    '            removes the rules after two minutes. When a new ssh connection works: kill %1',
  ];
}

function fail2ban(machines: readonly Machine[]): string[] {
  return [
    'fail2ban, on each machine, after the firewall',
    '  Install:  apt install fail2ban rsyslog      without rsyslog, Debian 12 and later have no auth.log for sshd',
    '  Load:     systemctl restart fail2ban        also after iptables-restore, which removes the bans',
    '  Check:    fail2ban-client status            lists',
    ...machines.map(machine => `              ${machine.folder}: ${jailNames(machine).join(', ')}`),
    '            fail2ban-client status sshd       and the others: "File list" has a log and /dev/null',
  ];
}

/** The jails that `fail2ban-client status` lists on a machine. */
export function jailNames({ isGateway, pbx }: Machine): string[] {
  return ['sshd', ...(isGateway ? ['sip-call'] : []), ...(pbx ? ['asterisk', 'asterisk-guest-call'] : [])];
}

function aCall({ sites, gateway }: Deployment): string[] {
  const [site] = sites;
  const person = site?.people.find(one => one.extension !== undefined || one.conference) ?? site?.people[0];
  const page = gateway.name === undefined ? 'https://GATEWAY' : `https://${gateway.name}`;
  return [
    'A call',
    `  ${page}/call?to=${person?.user}@${site?.domain} rings, and the log of Asterisk has`,
    `      Good call IP=203.0.113.9 via gateway ${gateway.addresses[0]} call ID page URL`,
    `  sip:no-such-name@${site?.domain} from your own SIP phone ends with 404, and the log has`,
    '      Wrong call IP=192.0.2.66',
    '  Five of these calls in ten minutes ban the phone.',
  ];
}

/** Lines of at most 110 characters. */
function wrapped(text: string, first: string, next: string): string[] {
  const lines = [first];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 110 && line.length > next.length) lines.push(`${next}${word} `);
    else lines[lines.length - 1] = `${line}${word} `;
  }
  return lines.map(line => line.trimEnd());
}
