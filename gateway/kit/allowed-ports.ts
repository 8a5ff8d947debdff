// The ports that a machine accepts, independent of the syntax of its firewall.

import { type Deployment, type Machine, pbxElsewhere, type Range } from './deployment.ts';

/** `from`: the accepted addresses and networks; any source when absent. */
export interface AllowedPort {
  readonly what: string;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: Range;
  readonly from?: readonly string[];
}

export function allowedPorts(deployment: Deployment, machine: Machine): AllowedPort[] {
  return [
    { what: 'ssh', protocol: 'tcp', ports: one(deployment.sshPort) },
    ...(machine.isGateway ? forGateway(deployment, machine) : []),
    ...(machine.pbx ? forPbx(machine.pbx) : []),
  ];
}

function forGateway(deployment: Deployment, machine: Machine): AllowedPort[] {
  const { webPorts, remoteProxies, listenPort, browsers, sip, rtp } = deployment.gateway;
  const pbx = pbxElsewhere(deployment, machine);
  const hasRemoteProxy = remoteProxies.length > 0;
  return [
    ...webPorts.map(port => ({
      what:
        port === listenPort
          ? 'pages and WebSocket'
          : 'pages and WebSocket, through the proxy of this machine',
      protocol: 'tcp' as const,
      ports: one(port),
    })),
    ...(hasRemoteProxy && !webPorts.includes(listenPort)
      ? [
          {
            what: 'pages and WebSocket, through the proxies',
            protocol: 'tcp' as const,
            ports: one(listenPort),
            from: remoteProxies,
          },
        ]
      : []),
    ...(browsers
      ? [
          { what: 'media of browsers', protocol: 'udp' as const, ports: browsers },
          { what: 'media of browsers whose networks block UDP', protocol: 'tcp' as const, ports: browsers },
        ]
      : []),
    ...(sip && pbx.length > 0
      ? [
          { what: 'SIP of the PBXs, UDP', protocol: 'udp' as const, ports: one(sip.udp), from: pbx },
          { what: 'SIP of the PBXs, TCP', protocol: 'tcp' as const, ports: one(sip.tcp), from: pbx },
        ]
      : []),
    ...(rtp && pbx.length > 0
      ? [{ what: 'RTP of the PBXs', protocol: 'udp' as const, ports: rtp, from: pbx }]
      : []),
  ];
}

function forPbx({ ports, rtp }: NonNullable<Machine['pbx']>): AllowedPort[] {
  const calls = (how: string, protocol: 'tcp' | 'udp', all: readonly number[]) =>
    all.map((port): AllowedPort => ({ what: `calls to the PBX, ${how}`, protocol, ports: one(port) }));
  return [
    ...calls('UDP', 'udp', ports.udp),
    ...calls('TCP', 'tcp', ports.tcp),
    ...calls('TLS', 'tcp', ports.tls),
    { what: 'RTP of the PBX: rtpstart and rtpend of rtp.conf', protocol: 'udp', ports: rtp },
  ];
}

function one(port: number): Range {
  return [port, port];
}
