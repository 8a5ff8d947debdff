// `npm run bench`: what the widget weighs, how fast a call is set up, what it costs.
// Prints figures and their ratio to what we aim for; asserts nothing. Arguments name sections.

import { atMost, type Figure, printSection } from './figure.ts';
import { machine } from './machine.ts';

const sections: Record<string, { title: string; measure: () => Promise<Figure[]> }> = {
  weight: {
    title: "The widget's weight",
    measure: async () => (await import('./weight.ts')).weigh(),
  },
  click: {
    title: 'From the click to the INVITE, in Chromium',
    measure: async () => (await import('./click.ts')).benchClick(),
  },
  smoothness: {
    title: 'What a slow machine feels, in Chromium',
    measure: async () => (await import('./smoothness.ts')).benchSmoothness(),
  },
  signalling: {
    title: 'Signalling through the whole gateway, media left out',
    measure: async () => (await import('./signalling.ts')).benchSignalling(),
  },
  engine: {
    title: 'The engine alone, its application on drachtio-srf in a process of its own',
    measure: async () => (await import('./engine.ts')).benchEngine(),
  },
  parser: {
    title: 'The SIP messages of a call, read and written, beside others',
    measure: async () => (await import('./parser.ts')).benchParser(),
  },
  resolver: {
    title: 'Resolving the founding document’s zone, a DNS server 20 ms away',
    measure: async () => (await import('./resolver.ts')).benchResolver(),
  },
  relay: {
    title: 'The embedded relay, PCMU of 20 ms both ways',
    measure: benchRelay,
  },
  attack: {
    title: 'Twenty visitors talk while strangers attack (some minutes)',
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
