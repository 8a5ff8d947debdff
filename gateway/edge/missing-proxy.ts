// Notices a proxy that the configuration does not name: every visitor seems to come from this machine, or from one private
// address, and limits that are meant for one visitor hold for all of them. Says so once.

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { peerAddress } from '../net/client-address.ts';
import { networksOf } from '../net/network.ts';
import type { Log } from '../observe/log.ts';

/** Visitors who come in a row, where a header or the name that they ask for shows that they were handed on. */
const CERTAIN = 3;
/** And where nothing does: Docker's proxy for ports, an address translation. An office has as many. */
const LIKELY = 50;

const privately = networksOf([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
]);

export class MissingProxy {
  readonly #log: Log;
  #address: string | undefined;
  #visitors = 0;
  #handedOn = 0;
  #settled = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A visitor wants to come in. */
  saw({ socket, headers }: IncomingMessage): void {
    if (this.#settled) return;
    const address = peerAddress(socket);
    this.#address ??= address;
    if (address !== this.#address || !isPrivate(address)) {
      this.#settled = true;
      return;
    }
    const isHandedOn = headers['x-forwarded-for'] ?? headers.forwarded ?? !namesThisMachine(headers.host);
    if (isHandedOn) this.#handedOn++;
    // Who works on this machine asks for it by its own name.
    else if (isLoopback(address)) return;
    if (++this.#visitors < LIKELY && this.#handedOn < CERTAIN) return;
    this.#settled = true;
    this.#log.warn(
      { address, visitors: this.#visitors, write: `proxy: { networks: [${address}] }` },
      'every visitor comes from one address: name the proxy that stands before the gateway, or limits for one visitor hold for all',
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
