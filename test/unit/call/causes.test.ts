// The catalogue of causes, and the page of the documentation that lists it: complete, in the words of the catalogue.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cause } from '../../../gateway/call/cause.ts';
import { causes } from '../../../gateway/call/causes/catalogue.ts';
import { dnsCauses } from '../../../gateway/call/causes/dns.ts';
import type { CauseEntry } from '../../../gateway/call/causes/entry.ts';
import { gatewayCauses } from '../../../gateway/call/causes/gateway.ts';
import { pbxCauses } from '../../../gateway/call/causes/pbx.ts';
import { tokenCauses } from '../../../gateway/call/causes/token.ts';
import { transportCauses } from '../../../gateway/call/causes/transport.ts';
import { outcomeOf, refusalHeaders } from '../../../gateway/call/outcome.ts';
import { reasonForStatus } from '../../../widget/call/reasons.ts';
import { words } from '../../../widget/locales/en.ts';
import { repository } from '../../support/repository.ts';

const PAGE = join(repository, 'docs/causes.md');
const BEGIN =
  '<!-- The tables below are written by the tests: SIP_CALL_TEST_RENEW=1 npm test -- unit/call/causes -->';

const chapters: readonly (readonly [title: string, entries: Readonly<Record<string, CauseEntry>>])[] = [
  ['What the PBX answers', pbxCauses],
  ['The way to the PBX', transportCauses],
  ['DNS', dnsCauses],
  ['Sound and the gateway', gatewayCauses],
  ['Tokens of the site', tokenCauses],
];

/** With any details. */
function example(code: string) {
  const anyDetails = new Proxy({}, { get: () => 'x', ownKeys: () => [], has: () => true });
  return cause(code as 'busy', anyDetails as { status: string });
}

function tables(): string {
  const lines: string[] = [];
  for (const [title, entries] of chapters) {
    lines.push('', `## ${title}`);
    for (const [code, { side, says, mend }] of Object.entries(entries)) {
      const { status, level, code: outcome } = outcomeOf(example(code));
      const seen =
        outcome === 'answered' ? 'the call was answered' : `${status}, “${titleFor(status, outcome)}”`;
      lines.push('', `### \`${code}\``, '');
      lines.push(
        `${side ? `At fault: ${side}` : 'No fault'}. Level: \`${level}\`. The visitor: ${seen}.`,
        '',
      );
      lines.push(`- ${shown(says)}`);
      if (mend) lines.push(`- To mend it: ${shown(mend)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function titleFor(status: number, outcome: string): string {
  return outcome === 'cancelled'
    ? words.reasons.cancelled.title
    : words.reasons[reasonForStatus(status)].title;
}

/** Details as capitals. */
function shown(text: string): string {
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  return filled.endsWith('.') ? filled : `${filled}.`;
}

test('docs/causes.md lists every cause as the catalogue has it', () => {
  const [head = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const whole = `${head}${BEGIN}\n${tables()}`;
  if (process.env.SIP_CALL_TEST_RENEW) writeFileSync(PAGE, whole);
  assert.equal(readFileSync(PAGE, 'utf8'), whole);
});

test('each cause is in one chapter', () => {
  const listed = chapters.flatMap(([, entries]) => Object.keys(entries)).sort();
  assert.deepEqual(listed, Object.keys(causes).sort());
});

test('a fault of the owner, of the PBX or of the gateway never has the visitor, a name or a network blamed', () => {
  for (const code of Object.keys(causes)) {
    const { status, cause: why } = outcomeOf(example(code));
    if (why?.side === undefined || why.side.startsWith('visitor') || status === 200) continue;
    assert.ok(
      ['server-unreachable', 'no-answer', 'failed'].includes(reasonForStatus(status)),
      `${code}: ${status}`,
    );
  }
});

test('what the owner can mend is a warning, and has a line that says how; what they cannot is none', () => {
  for (const [code, entry] of Object.entries<CauseEntry>(causes)) {
    const { level } = outcomeOf(example(code));
    const owners = entry.mend !== undefined && ['owner', 'pbx', 'gateway'].includes(entry.side ?? '');
    assert.equal(level, code === 'internal' ? 'error' : owners ? 'warn' : 'info', code);
  }
});

test('a detail is one line of a bounded length, whatever a peer wrote', () => {
  const { why, details } = cause('dns-bad-answer', {
    type: 'A',
    name: 'x.test',
    detail: `a\r\nb\u2028${'c'.repeat(9000)}`,
  });
  assert.match(String(details.detail), /^a {2}b c+$/);
  assert.ok(why.length < 700);
  assert.equal(cause('busy', { status: 486 }).why, 'The PBX says that the line is busy (486)');
});

test('the browser gets the code and the side, and nothing else of the cause', () => {
  const headers = refusalHeaders(
    outcomeOf(cause('pbx-asks-password', { server: 'udp:192.0.2.1:5060', status: 401 })),
  );
  assert.deepEqual(headers, { 'X-Sip-Call-Cause': 'pbx-asks-password;side=pbx' });
});
