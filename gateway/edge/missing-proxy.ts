// Detects a proxy that the configuration does not name: every visitor comes from this machine, or from one private address,
// and the limits for one visitor apply to all visitors together. Logs one warning.

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { peerAddress } from '../net/client-address.ts';
import { networksOf } from '../net/network.ts';
import type { Log } from '../observe/log.ts';

/** Consecutive visitors whose headers or Host name show that a proxy forwarded them. */
const CERTAIN = 3;
/** Consecutive visitors without such a sign: Docker's port proxy, or a NAT. More than an office has at a time. */
const LIKELY = 50;

const privately = networksOf([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]);

export class MissingProxy {
  readonly #log: Log;
  #address: string | undefined;
  #visitors = 0;
  #forwarded = 0;
  #settled = false;

  constructor(log: Log) {
    this.#log = log;
  }

  observe({ socket, headers }: IncomingMessage): void {
    if (this.#settled) return;
    const address = peerAddress(socket);
    this.#address ??= address;
    if (address !== this.#address || !isPrivate(address)) {
      this.#settled = true;
      return;
    }
    const isForwarded = headers['x-forwarded-for'] ?? headers.forwarded ?? !namesThisMachine(headers.host);
    if (isForwarded) this.#forwarded++;
    // A browser on this machine uses the machine's own name.
    else if (isLoopback(address)) return;
    if (++this.#visitors < LIKELY && this.#forwarded < CERTAIN) return;
    this.#settled = true;
    this.#log.warn(
      { address, visitors: this.#visitors, write: `proxy: { networks: [${address}] }` },
      'every visitor comes from one address: name the proxy before the gateway in the configuration, or the limits for one visitor apply to all visitors together',
    );
  }
}

function isPrivate(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && privately.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function namesThisMachine(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
}
