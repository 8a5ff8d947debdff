// `npm run bench`: the widget's size, the time of a call set-up, and the cost of calls. Prints figures and
// their ratio to the goals; asserts nothing. Arguments select sections.

import { atMost, type Figure, printSection } from './figure.ts';
import { machine } from './machine.ts';

const sections: Record<string, { title: string; measure: () => Promise<Figure[]> }> = {
  weight: {
    title: 'The widget’s size',
    measure: async () => (await import('./weight.ts')).weigh(),
  },
  click: {
    title: 'From the click to the INVITE, in Chromium',
    measure: async () => (await import('./click.ts')).benchClick(),
  },
  smoothness: {
    title: 'The widget on a slow machine, in Chromium',
    measure: async () => (await import('./smoothness.ts')).benchSmoothness(),
  },
  signalling: {
    title: 'Signalling through the whole gateway, without media',
    measure: async () => (await import('./signalling.ts')).benchSignalling(),
  },
  engine: {
    title: 'The engine alone, with its drachtio-srf application in another process',
    measure: async () => (await import('./engine.ts')).benchEngine(),
  },
  parser: {
    title: 'Parsing and writing the SIP messages of a call, compared with other parsers',
    measure: async () => (await import('./parser.ts')).benchParser(),
  },
  resolver: {
    title: 'Resolving the example zone, with a DNS server 20 ms away',
    measure: async () => (await import('./resolver.ts')).benchResolver(),
  },
  relay: {
    title: 'The embedded relay, PCMU of 20 ms in both directions',
    measure: benchRelay,
  },
  attack: {
    title: 'Twenty visitors talk during attacks (some minutes)',
    measure: async () => (await import('./attack/attack.ts')).benchAttack(),
  },
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter(name => !(name in sections));
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}.`);
  process.exit(2);
}

printSection('Machine', machine());
for (const [name, { title, measure }] of Object.entries(sections)) {
  if (chosen.length === 0 || chosen.includes(name)) printSection(title, await measure());
}
process.exit(0);

async function benchRelay(): Promise<Figure[]> {
  const loads = await (await import('./relay.ts')).benchRelay();
  return loads.flatMap(load => {
    const name = `${String(load.calls).padStart(3)} calls`;
    const added = (load.toPbx.p50 + load.toBrowser.p50) / 2 - load.bare.p50;
    const tail = Math.max(load.toPbx.p99, load.toBrowser.p99) - load.bare.p99;
    return [
      {
        name: `${name}, ${load.opened} opened: CPU-seconds per call-minute`,
        value: load.cpuSecondsPerCallMinute.toFixed(3),
        ...(load.calls === 60 && { aim: atMost(load.cpuSecondsPerCallMinute, 0.2, 'CPU-seconds') }),
      },
      {
        name: `${name}: one-way latency added`,
        value: `p50 ${(added / 1000).toFixed(2)} ms, p99 ${(tail / 1000).toFixed(2)} ms`,
        ...(load.calls === 60 && { aim: atMost(added / 1000, 0.2, 'ms median') }),
      },
      {
        name: `${name}: memory (RSS), packets lost`,
        value: `${load.rssMb.toFixed(0)} MB, ${load.lost} of ${load.sent}`,
      },
    ];
  });
}
