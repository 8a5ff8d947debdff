// Finds ports that two keys of one configuration use. SIP and media bind the same addresses.

interface Ports {
  readonly engine?: object | undefined;
  readonly sip?: { readonly udp?: number | undefined; readonly tcp?: number | undefined } | undefined;
  /** Without what is left out where a key of it is wrong: then it never got its defaults. */
  readonly media: {
    readonly browserPort?: number | undefined;
    readonly pbxPorts?: readonly [number, number] | undefined;
    readonly workers?: number | undefined;
    readonly rtpengine?: readonly string[];
  };
}

export interface PortClash {
  readonly path: string[];
  readonly message: string;
  readonly input: unknown;
}

export function portClashes({ engine, sip, media }: Ports): PortClash[] {
  const { browserPort, workers, pbxPorts, rtpengine } = media;
  const isWhole = browserPort !== undefined && workers !== undefined && pbxPorts !== undefined;
  if (rtpengine || !isWhole) return [];
  const [first, last] = pbxPorts;
  const own = engine ? {} : { udp: sip?.udp ?? 5060, tcp: sip?.tcp ?? 5060 };
  const isBrowsers = (port: number) =>
    port !== 0 && browserPort !== 0 && port >= browserPort && port < browserPort + workers;
  const clashes: PortClash[] = [];
  for (const [transport, port] of Object.entries(own)) {
    if (!isBrowsers(port)) continue;
    const message = `is also the ${transport.toUpperCase()} port of sip.${transport}`;
    clashes.push({ path: ['media', 'browserPort'], message, input: browserPort });
  }
  const within = (port: number | undefined) => port !== undefined && port >= first && port <= last;
  const browsers = Array.from(
    { length: browserPort === 0 ? 0 : workers },
    (_, worker) => browserPort + worker,
  );
  const used = [
    ...(within(own.udp) ? [[own.udp, 'sip.udp'] as const] : []),
    ...browsers.filter(within).map(port => [port, 'media.browserPort'] as const),
  ];
  for (const [port, key] of used.slice(0, 1)) {
    clashes.push({
      path: ['media', 'pbxPorts'],
      message: `contains ${port}, the port of ${key}`,
      input: pbxPorts,
    });
  }
  return clashes;
}
