// A network as an owner writes it: 10.0.0.0/8, fd00::/8.

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

export const network = z.string('expected a network such as 10.0.0.0/8').refine(isNetwork, {
  message: 'expected a network such as 10.0.0.0/8 or fd00::/8',
});

function isNetwork(text: string): boolean {
  const [address = '', prefix = ''] = text.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}
