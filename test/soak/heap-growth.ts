// `node dist/test/soak/heap-growth.js before.heapsnapshot after.heapsnapshot [rows]`: what the second heap
// has more of, by constructor, in objects and bytes. The format is V8's: flat arrays, described by
// `snapshot.meta`.

import { readFileSync } from 'node:fs';

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: number[];
  readonly strings: string[];
}

interface GrowthRow {
  count: number;
  bytes: number;
}

const [before = '', after = '', rows = '25'] = process.argv.slice(2);
const old = shares(before);
const grown = [...shares(after)]
  .map(([name, { count, bytes }]) => {
    const was = old.get(name) ?? { count: 0, bytes: 0 };
    return { name, count: count - was.count, bytes: bytes - was.bytes };
  })
  .sort((a, b) => b.bytes - a.bytes);
const total = grown.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${total} bytes more`);
for (const { name, count, bytes } of grown.slice(0, Number(rows))) {
  console.log(`${String(bytes).padStart(10)} ${String(count).padStart(8)}  ${name}`);
}

function shares(file: string): Map<string, GrowthRow> {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8')) as Snapshot;
  const fields = snapshot.meta.node_fields;
  const [types] = snapshot.meta.node_types;
  const [typeAt, nameAt, sizeAt] = ['type', 'name', 'self_size'].map(name => fields.indexOf(name)) as [
    number,
    number,
    number,
  ];
  const found = new Map<string, GrowthRow>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[nodes[at + typeAt]!]!;
    // Strings and code have no constructor, and too many different names.
    const name =
      type === 'object' || type === 'hidden' || type === 'native' ? strings[nodes[at + nameAt]!] : '';
    const key = `${type} ${name}`;
    const share = found.get(key) ?? { count: 0, bytes: 0 };
    share.count++;
    share.bytes += nodes[at + sizeAt]!;
    found.set(key, share);
  }
  return found;
}
