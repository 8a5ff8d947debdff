// The machine on which the figures were measured.

import { cpus, loadavg, totalmem } from 'node:os';
import type { Figure } from './figure.ts';

export function machine(): Figure[] {
  const [first] = cpus();
  return [
    { name: 'processor', value: `${cpus().length} x ${first?.model.trim() ?? 'unknown'}` },
    { name: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
    { name: 'node', value: process.version },
    { name: 'load before', value: loadavg()[0]?.toFixed(2) ?? '' },
  ];
}
