// What a machine lets in, in one list whichever language its firewall has.

import { type Deployment, type Machine, pbxElsewhere, type Range } from './deployment.ts';

/** `from`: addresses and networks that may; everybody when absent. */
export interface AllowedPort {
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: Range;
  readonly from?: readonly string[];
}

export function allowedPorts(premises: Deployment, machine: Machine): AllowedPort[] {
  return [
    { what: 'ssh', protocol: 'tcp', ports: one(premises.sshPort) },
    ...(machine.isGateway ? forGateway(premises, machine) : []),
    ...(machine.pbx ? forPbx(machine.pbx) : []),
  ];
}

function forGateway(premises: Deployment, machine: Machine): AllowedPort[] {
  const { webPorts, remoteProxies, listenPort, browsers, sip, rtp } = premises.gateway;
  const pbx = pbxElsewhere(premises, machine);
  const isBehind = remoteProxies.length > 0;
  return [
    ...webPorts.map(port => ({
      what: port === listenPort ? 'pages and WebSocket' : 'pages and WebSocket, by the proxy of this machine',
      protocol: 'tcp' as const,
      ports: one(port),
    })),
    ...(isBehind && !webPorts.includes(listenPort)
      ? [
          {
            what: 'pages and WebSocket, by the proxies',
            protocol: 'tcp' as const,
            ports: one(listenPort),
            from: remoteProxies,
          },
        ]
      : []),
    ...(browsers
      ? [
          { what: 'media of browsers', protocol: 'udp' as const, ports: browsers },
          { what: 'the same where UDP does not get out', protocol: 'tcp' as const, ports: browsers },
        ]
      : []),
    ...(sip && pbx.length > 0
      ? [
          { what: 'SIP of the PBXs, by UDP', protocol: 'udp' as const, ports: one(sip.udp), from: pbx },
          { what: 'SIP of the PBXs, by TCP', protocol: 'tcp' as const, ports: one(sip.tcp), from: pbx },
        ]
      : []),
    ...(rtp && pbx.length > 0
      ? [{ what: 'sound of the PBXs', protocol: 'udp' as const, ports: rtp, from: pbx }]
      : []),
  ];
}

function forPbx({ ports, rtp }: NonNullable<Machine['pbx']>): AllowedPort[] {
  const calls = (how: string, protocol: 'tcp' | 'udp', all: readonly number[]) =>
    all.map((port): AllowedPort => ({ what: `calls to the PBX, by ${how}`, protocol, ports: one(port) }));
  return [
    ...calls('UDP', 'udp', ports.udp),
    ...calls('TCP', 'tcp', ports.tcp),
    ...calls('TLS', 'tcp', ports.tls),
    { what: 'sound of the PBX: rtpstart and rtpend of rtp.conf', protocol: 'udp', ports: rtp },
  ];
}

function one(port: number): Range {
  return [port, port];
}
