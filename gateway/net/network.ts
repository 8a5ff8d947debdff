// A network in the configuration: 10.0.0.0/8, fd00::/8, or a single address.

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

export const network = z
  .string('expected a network such as 10.0.0.0/8')
  .refine(isNetwork, { message: 'expected a network such as 10.0.0.0/8 or fd00::/8, or an address' })
  .transform(text => (text.includes('/') ? text : `${text}/${isIP(text) === 4 ? 32 : 128}`));

/** A list that contains the addresses of these networks. */
export function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const one of networks) {
    const [address = '', prefix = ''] = one.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}
