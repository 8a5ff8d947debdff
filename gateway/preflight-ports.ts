// Checks that the ports of a configuration can be bound, by binding and releasing each. A problem names the key; for a port
// in use it also names a free port and the line to write.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIP } from 'node:net';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { splitEndpoint } from './net/address-fence.ts';

interface Claim {
  readonly key: string;
  readonly transport: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
}

/** How many of the following ports are tested for a free one. */
const LOOK_AHEAD = 40;

export async function portProblems(
  config: Config,
  addresses: readonly OwnAddress[],
  media: boolean,
): Promise<string[]> {
  const problems: string[] = [];
  /** Addresses that this machine does not have: their ports are not tested. */
  const absent = new Set<string>();
  for (const claim of claimsOf(config, addresses, media)) {
    const isKnown = absent.has(claim.address) && !claim.key.startsWith('address');
    const code = isKnown ? undefined : await refusalOf(claim);
    if (code === undefined) continue;
    if (isAbsent(code)) absent.add(claim.address);
    const problem = await problemOf(claim, code, config, addresses);
    if (!problems.includes(problem)) problems.push(problem);
  }
  return problems;
}

function claimsOf(config: Config, addresses: readonly OwnAddress[], media: boolean): Claim[] {
  const { address: host, port: web } = splitEndpoint(config.listen);
  const claims: Claim[] = [{ key: 'listen', transport: 'tcp', address: host, port: web }];
  if (config.admin) {
    const { address, port } = splitEndpoint(config.admin.listen);
    claims.push({ key: 'admin.listen', transport: 'tcp', address, port });
  }
  for (const [index, { bind: address }] of addresses.entries()) {
    // The address itself, before its ports.
    const key = addresses.length > 1 ? `address.${index + 1}` : 'address';
    claims.push({ key, transport: 'udp', address, port: 0 });
    if (!config.engine) {
      claims.push({ key: 'sip.udp', transport: 'udp', address, port: config.sip.udp });
      claims.push({ key: 'sip.tcp', transport: 'tcp', address, port: config.sip.tcp });
    }
    const { browserPort, workers } = config.media;
    for (let worker = 0; media && worker < workers; worker++) {
      const port = browserPort === 0 ? 0 : browserPort + worker;
      claims.push({ key: 'media.browserPort', transport: 'udp', address, port });
      claims.push({ key: 'media.browserPort', transport: 'tcp', address, port });
    }
  }
  return claims;
}

async function problemOf(
  claim: Claim,
  code: string,
  config: Config,
  addresses: readonly OwnAddress[],
): Promise<string> {
  const { key, transport, address, port } = claim;
  if (isAbsent(code)) {
    const hint =
      key === 'listen'
        ? 'write 0.0.0.0 or [::] for all addresses'
        : `behind a NAT or in a container, write address: { announce: ${address} }`;
    return `${key}: ${address} is not an address of this machine; ${hint}`;
  }
  const where = `${transport.toUpperCase()} port ${port} of ${address}`;
  if (code === 'EACCES')
    return `${key}: ${where} cannot be bound by this user; ports below 1024 need CAP_NET_BIND_SERVICE`;
  if (code !== 'EADDRINUSE') return `${key}: ${where} cannot be bound: ${code}`;
  const free = await freeNear(port, key, config, addresses);
  const mend = free === undefined ? 'choose another port' : `write ${lineFor(key, free, config)}`;
  return `${key}: ${where} is in use by another program${likelyUser(key)}; ${mend}`;
}

function isAbsent(code: string): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAFNOSUPPORT';
}

function likelyUser(key: string): string {
  if (key.startsWith('sip.')) return ', such as a PBX on this machine';
  return key.endsWith('listen') ? ', such as a web server or another gateway' : '';
}

function lineFor(key: string, port: number, { listen, admin }: Config): string {
  const withPort = (endpoint: string) => `${endpoint.slice(0, endpoint.lastIndexOf(':'))}:${port}`;
  if (key === 'listen') return `"listen: ${withPort(listen)}"`;
  if (key === 'admin.listen' && admin) return `"listen: ${withPort(admin.listen)}" under admin`;
  if (key === 'media.browserPort') return `"media: { browserPort: ${port} }"`;
  return `"sip: { udp: ${port}, tcp: ${port} }"`;
}

/** A port that is free for UDP and TCP on all addresses that need it. */
async function freeNear(
  port: number,
  key: string,
  config: Config,
  addresses: readonly OwnAddress[],
): Promise<number | undefined> {
  const endpoint =
    key === 'listen' ? config.listen : key === 'admin.listen' ? config.admin?.listen : undefined;
  const hosts = endpoint ? [splitEndpoint(endpoint).address] : addresses.map(({ bind }) => bind);
  const first = key.startsWith('sip.') ? 5080 : port < 1024 ? 8443 : port + 1;
  const others = [
    config.media.browserPort,
    config.sip.udp,
    config.sip.tcp,
    splitEndpoint(config.listen).port,
    config.admin && splitEndpoint(config.admin.listen).port,
  ];
  for (let candidate = first; candidate < first + LOOK_AHEAD && candidate < 65_536; candidate++) {
    if (others.includes(candidate)) continue;
    const claims = hosts.flatMap(address =>
      (['udp', 'tcp'] as const).map(transport => ({ key, transport, address, port: candidate })),
    );
    const refusals = await Promise.all(claims.map(refusalOf));
    if (refusals.every(code => code === undefined)) return candidate;
  }
  return undefined;
}

/** The error of the operating system, if it refuses the port. */
async function refusalOf({ key, transport, address, port }: Claim): Promise<string | undefined> {
  try {
    await (transport === 'udp' ? bindUdp(address, port) : bindTcp(address, port, !key.endsWith('listen')));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  }
}

async function bindUdp(address: string, port: number): Promise<void> {
  const socket = createSocket(isIP(address) === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
  try {
    const bound = once(socket, 'listening');
    socket.bind({ address, port, exclusive: true });
    await bound;
  } finally {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}

async function bindTcp(host: string, port: number, ipv6Only: boolean): Promise<void> {
  const server = createServer();
  const bound = once(server, 'listening');
  server.listen({ host, port, exclusive: true, ipv6Only });
  await bound;
  await new Promise(resolve => server.close(resolve));
}
