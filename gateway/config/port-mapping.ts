// Port mappings of a NAT in the form of `docker run -p`: OUTSIDE:INSIDE, each a port or a range of the same length, for
// one transport or both.

export interface PortMapping {
  readonly outside: number;
  readonly inside: number;
  /** Number of ports, beginning with these. */
  readonly count: number;
  readonly transport: 'udp' | 'tcp' | undefined;
}

/** Undefined when the text is not a port mapping. */
export function portMapping(text: string): PortMapping | undefined {
  const [, first = '', last, to = '', toLast, transport] =
    /^(\d{1,5})(?:-(\d{1,5}))?:(\d{1,5})(?:-(\d{1,5}))?(?:\/(udp|tcp))?$/.exec(text) ?? [];
  const [outside, inside] = [Number(first), Number(to)];
  const count = Number(last ?? first) - outside + 1;
  const ends = [outside, inside, outside + count - 1, inside + count - 1];
  if (first === '' || count < 1 || Number(toLast ?? to) - inside + 1 !== count) return undefined;
  if (ends.some(port => port < 1 || port > 65_535)) return undefined;
  return { outside, inside, count, transport: transport as PortMapping['transport'] };
}

export function isPortMapping(text: string): boolean {
  return portMapping(text) !== undefined;
}

/** The port outside the NAT for a port that is bound here. */
export function outsidePort(
  mappings: readonly PortMapping[],
  transport: 'udp' | 'tcp',
  port: number,
): number {
  const mapping = mappings.find(
    ({ inside, count, transport: only }) =>
      port >= inside && port < inside + count && (only === undefined || only === transport),
  );
  return mapping ? mapping.outside + port - mapping.inside : port;
}
