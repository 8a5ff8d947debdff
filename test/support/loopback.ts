// A network of its own for every test process: 127.N.0.0/24, so that PBXs, phones and gateways can stand on the
// standard ports and two runs on one machine never meet. Linux answers on all of 127.0.0.0/8; others do not.

import { once } from 'node:events';
import { createServer } from 'node:net';

export interface LoopbackNetwork {
  /** 127.N.0.`host`. */
  address(host: number): string;
}

/** 127.29 is where drachtio-srf's own suite finds its testbed. */
const TAKEN = 29;

/** Holds N by listening on a port of 127.N.0.1 until the process ends. Rejects when none is free. */
export async function claimLoopback(): Promise<LoopbackNetwork> {
  const first = process.pid % 200;
  for (let step = 0; step < 200; step++) {
    const number = 20 + ((first + step) % 200);
    if (number === TAKEN) continue;
    const network = `127.${number}.0`;
    const claim = createServer();
    claim.listen(5999, `${network}.1`);
    try {
      await once(claim, 'listening');
    } catch {
      continue;
    }
    claim.unref();
    return { address: host => `${network}.${host}` };
  }
  throw new Error(
    'no loopback network is free: 200 test runs at once, or 127.0.0.0/8 is not all loopback here',
  );
}
