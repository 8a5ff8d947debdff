import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fallbacksAfter } from '../../../../widget/availability/fallbacks-after.ts';
import type { EndReason } from '../../../../widget/call/call-store.ts';
import { words } from '../../../../widget/locales/en.ts';

/** In an order that no table has. */
const offers = [
  { kind: 'callback' },
  { kind: 'mail', mail: 'office@mysite.ru' },
  { kind: 'person', to: 'alex@mysite.ru' },
  { kind: 'hotline', phone: '+7 800 200-00-00' },
] as const;

const after = (reason: EndReason) =>
  fallbacksAfter(reason, offers)
    .map(({ kind }) => kind)
    .join(' ');

for (const reason of ['closed', 'busy', 'declined', 'no-answer', 'not-found', 'failed'] as const) {
  test(`after ${reason} all fallbacks of the owner, in the owner's order`, () => {
    assert.equal(after(reason), 'callback mail person hotline');
  });
}

for (const reason of [
  ...(Object.keys(words.reasons) as EndReason[]).filter(reason => reason.startsWith('microphone')),
  'insecure-page',
  'unsupported-browser',
  'server-unreachable',
  'media-failed',
  'call-dropped',
] as const) {
  test(`after ${reason} no other call from this page, because it would fail too`, () => {
    assert.equal(after(reason), 'callback mail hotline');
  });
}

test('when the gateway is unreachable, no fallback that needs it', () => {
  assert.equal(after('gateway-unreachable'), 'mail hotline');
});

for (const reason of ['hung-up', 'remote-hung-up', 'cancelled', 'elsewhere', 'bad-address'] as const) {
  test(`after ${reason} no fallback`, () => {
    assert.equal(after(reason), '');
  });
}
