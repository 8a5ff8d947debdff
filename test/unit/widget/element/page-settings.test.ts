import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsFaults } from '../../../../widget/element/settings-faults.ts';
import { overlay } from '../../../../widget/element/word-overrides.ts';
import { words as en } from '../../../../widget/locales/en.ts';
import { firstWords } from '../../../../widget/locales/first-words.ts';

const kinds = {
  to: 'string',
  video: 'boolean',
  theme: ['light', 'dark', 'auto'],
} as const;
const faults = (given: unknown) =>
  settingsFaults(given, kinds, Object.keys(firstWords), { ...en, ...firstWords.en });

test('correct settings are not reported', () => {
  const words = { call: 'Talk', reasons: { busy: { title: 'Busy' } }, ru: { hangUp: 'Хватит' } };
  assert.deepEqual(faults({ to: 'a@b.ru', video: true, theme: 'dark', words }), []);
  assert.deepEqual(faults({ to: undefined }), []);
});

for (const [given, expected] of [
  [5, /must be an object/],
  [null, /must be an object/],
  [{ them: 'dark' }, /no setting "them"; there are to, video, theme, words/],
  [{ Theme: 'dark' }, /no setting "Theme"; did you mean "theme"\?/],
  [{ constructor: 1 }, /no setting "constructor"/],
  [{ theme: 'blue' }, /theme must be one of light, dark, auto, not "blue"/],
  [{ video: 'yes' }, /video must be a boolean, not "yes"/],
  [{ words: 'Talk' }, /words must be an object, not "Talk"/],
  [{ words: { hangup: 'x' } }, /no words\.hangup; did you mean "hangUp"\?/],
  [{ words: { call: 5 } }, /words\.call must be a string, not 5/],
  [{ words: { talked: 'long' } }, /words\.talked must be a function, not "long"/],
  [{ words: { reasons: { busy: 'Busy' } } }, /words\.reasons\.busy must be an object/],
  [{ words: { ru: { en: {} } } }, /no words\.ru\.en/],
] as const) {
  test(`${JSON.stringify(given)} is reported`, () => {
    const [first = '', ...more] = faults(given);
    assert.match(first, expected);
    assert.deepEqual(more, []);
  });
}

test('own words replace words of the same name and type, and one language overrides all', () => {
  const own = {
    hangUp: 'Stop',
    mute: 7,
    nothing: 'like this',
    reasons: { busy: { title: 'Engaged' } },
    en: { hangUp: 'Leave' },
  } as never;
  const words = overlay(en, own, 'en');
  assert.deepEqual(words, {
    ...en,
    hangUp: 'Leave',
    reasons: { ...en.reasons, busy: { ...en.reasons.busy, title: 'Engaged' } },
  });
  assert.equal(overlay(en, own, 'ru').hangUp, 'Stop');
});
