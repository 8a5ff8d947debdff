// BIND reads a zone as the gateway says that it does: the record that is written without a final dot, and the line that
// is to be written instead.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dnsCause } from '../../../gateway/call/dns-cause.ts';
import { dnsFault } from '../../../gateway/resolver/dns-fault.ts';
import { ResolveError } from '../../../gateway/resolver/resolve-error.ts';
import type { ResolutionStep } from '../../../gateway/resolver/target.ts';
import { partsMissing } from '../../support/parts.ts';
import { run } from '../../support/peer-process.ts';
import { privateFolder } from '../../support/private-folder.ts';

const ZONE = 'mysite.test';

/** The records of a zone file, as BIND reads them. */
async function asRead(line: string): Promise<string> {
  const file = join(privateFolder('zone'), ZONE);
  const head = ['$TTL 60', `@ IN SOA ns.${ZONE}. host.${ZONE}. 1 60 60 60 60`, `@ IN NS ns.${ZONE}.`];
  writeFileSync(file, [...head, `ns IN A 192.0.2.1`, line, ''].join('\n'));
  return await run('named-checkzone', ['-D', '-i', 'none', ZONE, file]);
}

function absent(type: ResolutionStep['type'], name: string): ResolutionStep {
  return { type, name, atMs: 0, ms: 0, from: 'DNS', records: [], failure: 'no such name' };
}

for (const [type, data, next] of [
  ['SRV', '10 0 5060 pbx.mysite.test', 'A'],
  ['SRV', '10 0 5060 mysite.test', 'A'],
  ['NAPTR', '10 50 "s" "SIP+D2U" "" _sip._udp.mysite.test', 'SRV'],
] as const) {
  test(`the ${type} record ${data} is recognised, and the line that mends it is right`, {
    skip: partsMissing(['named-checkzone']),
  }, async () => {
    const owner = type === 'SRV' ? `_sip._udp.${ZONE}` : ZONE;
    const dump = await asRead(`${owner}. IN ${type} ${data}`);
    const [, record = ''] =
      new RegExp(`^${owner.replaceAll('.', '\\.')}\\.\\s+60\\s+IN ${type}\\s+(.*)$`, 'm').exec(dump) ?? [];
    const target = record.slice(record.lastIndexOf(' ') + 1, -1);
    const trace: ResolutionStep[] = [
      { type, name: owner, atMs: 0, ms: 0, from: 'DNS', records: [record] },
      absent(next, target),
    ];
    const fault = dnsFault(trace, ZONE, []);
    const { code, mend = '' } = dnsCause(new ResolveError('nothing-usable', '', trace, fault), ZONE);
    assert.equal(code, 'dns-target-without-dot');
    const [, right = ''] = /with the final dot: (.*)$/.exec(mend) ?? [];
    assert.match(
      await asRead(right),
      new RegExp(`IN ${type}\\s+.*\\s(?:pbx\\.|_sip\\._udp\\.)?mysite\\.test\\.$`, 'm'),
    );
    assert.doesNotMatch(await asRead(right), /mysite\.test\.mysite\.test/);
  });
}
