import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorPath } from '../../../gateway/config/config-error.ts';
import { lineOf } from '../../../gateway/config/load.ts';

const written = {
  sites: [
    { domain: 'mysite.ru', callable: ['alex', { user: 'director', name: 'Anna Petrova' }, { user: 101 }] },
  ],
};

for (const [path, shown] of [
  [['sites', 0, 'callable', 1, 'phone'], 'sites.1.callable.2 (Anna Petrova).phone'],
  [['sites', 0, 'callable', 1, 'name'], 'sites.1.callable.2 (director).name'],
  [['sites', 0, 'callable', 2, 'user'], 'sites.1.callable.3.user'],
  [['sites', 0, 'callable', 2, 'phone'], 'sites.1.callable.3 (101).phone'],
  [['sites', 0, 'callable', 0], 'sites.1.callable.1'],
  [['sites', 7, 'domain'], 'sites.8.domain'],
  [[], ''],
] as const) {
  test(`the path is shown as ${shown || 'empty'}`, () => assert.equal(errorPath(path, written), shown));
}

test('the line of a key is found, or of the section that lacks it', () => {
  const text =
    'listen: 0.0.0.0:443\naddress:\n  - 198.51.100.7\n  - announce: 203.0.113.5\nsip: { udp: 5060 }\n';
  assert.equal(lineOf(text, 'listen'), 1);
  assert.equal(lineOf(text, 'address.2'), 4);
  assert.equal(lineOf(text, 'sip.udp'), 5);
  assert.equal(lineOf(text, 'sip.tcp'), 5);
  assert.equal(lineOf(text, 'media.browserPort'), undefined);
});
