// Ports of a machine that is both gateway and PBX. The two programs must not use the same port.

import { asteriskRtp, type GatewaySide, type Machine, type PbxSide, type Range } from './deployment.ts';

interface Use {
  readonly what: string;
  readonly protocol: 'UDP' | 'TCP';
  readonly ports: Range;
}

/** The RTP ports of Asterisk: those of the file, or the default range, ended before the ports of a gateway on this machine. */
export function freeRtp(
  written: Range | undefined,
  gateway: GatewaySide | undefined,
): Pick<PbxSide, 'rtp' | 'writesRtp'> {
  if (written) return { rtp: written, writesRtp: true };
  const [first, last] = asteriskRtp;
  const starts = [gateway?.browsers, gateway?.rtp]
    .filter(range => range !== undefined)
    .filter(range => range[0] <= last && range[1] >= first)
    .map(range => range[0]);
  if (starts.length === 0) return { rtp: asteriskRtp, writesRtp: false };
  // RTP has the even port, RTCP the odd one after it.
  const end = Math.min(...starts) - 1;
  return { rtp: [first, end - (end % 2 === 0 ? 1 : 0)], writesRtp: true };
}

/** Ports that both programs use, each with the correction. */
export function portClashes(gateway: GatewaySide, machines: readonly Machine[]): string[] {
  return machines.flatMap(({ isGateway, pbx }) => {
    if (!isGateway || !pbx) return [];
    const theirs = usesOfPbx(pbx);
    return usesOfGateway(gateway).flatMap(own => {
      const other = theirs.find(one => one.protocol === own.protocol && overlap(one.ports, own.ports));
      if (!other) return [];
      const correction = own.what.startsWith('sip.')
        ? '; remove the key, and the gateway uses a free port'
        : '';
      return [
        `${own.what}: the gateway and the PBX ${pbx.name} are on one machine, and ${other.what} of the PBX also uses ${own.protocol} port ${text(other.ports)}, got ${text(own.ports)}${correction}`,
      ];
    });
  });
}

function usesOfGateway({ listenPort, browsers, sip, rtp }: GatewaySide): Use[] {
  const one = (port: number): Range => [port, port];
  return [
    { what: 'listen', protocol: 'TCP', ports: one(listenPort) },
    ...(browsers
      ? (['UDP', 'TCP'] as const).map(protocol => ({
          what: 'media.browserPort',
          protocol,
          ports: browsers,
        }))
      : []),
    ...(sip
      ? [
          { what: 'sip.udp', protocol: 'UDP' as const, ports: one(sip.udp) },
          { what: 'sip.tcp', protocol: 'TCP' as const, ports: one(sip.tcp) },
        ]
      : []),
    ...(rtp ? [{ what: 'media.pbxPorts', protocol: 'UDP' as const, ports: rtp }] : []),
  ];
}

function usesOfPbx({ ports, rtp }: PbxSide): Use[] {
  const each = (what: string, protocol: 'UDP' | 'TCP', all: readonly number[]) =>
    all.map((port): Use => ({ what, protocol, ports: [port, port] }));
  return [
    ...each('udp', 'UDP', ports.udp),
    ...each('tcp', 'TCP', ports.tcp),
    ...each('tls', 'TCP', ports.tls),
    { what: 'rtp', protocol: 'UDP', ports: rtp },
  ];
}

function overlap(a: Range, b: Range): boolean {
  return a[0] <= b[1] && b[0] <= a[1];
}

function text([first, last]: Range): string {
  return first === last ? String(first) : `${first} to ${last}`;
}
