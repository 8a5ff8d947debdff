import assert from 'node:assert/strict';
import { test } from 'node:test';
import { words as ar } from '../../../widget/locales/ar.ts';
import { words as de } from '../../../widget/locales/de.ts';
import { words as en } from '../../../widget/locales/en.ts';
import { words as es } from '../../../widget/locales/es.ts';
import { firstWords, pickLanguage } from '../../../widget/locales/first-words.ts';
import { words as fr } from '../../../widget/locales/fr.ts';
import { words as it } from '../../../widget/locales/it.ts';
import { words as pl } from '../../../widget/locales/pl.ts';
import { words as pt } from '../../../widget/locales/pt.ts';
import { words as ru } from '../../../widget/locales/ru.ts';
import { words as tr } from '../../../widget/locales/tr.ts';
import type { Words } from '../../../widget/locales/words.ts';
import { words as zh } from '../../../widget/locales/zh.ts';

const languages: Readonly<Record<keyof typeof firstWords, Words>> = {
  ar,
  de,
  en,
  es,
  fr,
  it,
  pl,
  pt,
  ru,
  tr,
  zh,
};

/** `reasons.busy.title` and so on. */
function paths(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' ? paths(inner, `${prefix}${key}.`) : [prefix + key],
  );
}

function texts(value: object): string[] {
  return Object.values(value).flatMap(inner => (typeof inner === 'object' ? texts(inner) : [inner]));
}

for (const [language, words] of Object.entries(languages)) {
  test(`${language} has every word that English has, and no other`, () => {
    assert.deepEqual(paths(words).sort(), paths(en).sort());
  });

  test(`${language} leaves no word empty but hints`, () => {
    for (const path of paths(words)) {
      const text = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], words);
      if (!path.endsWith('.hint')) assert.ok(text, path);
    }
  });

  test(`${language} ends a hint with a full stop and a title without`, () => {
    for (const { title, hint } of Object.values(words.reasons)) {
      assert.doesNotMatch(title, /[.!。！]$/);
      if (hint) assert.match(hint, /[.。]$/);
    }
  });
}

test('every language has its first words', () => {
  assert.deepEqual(Object.keys(firstWords).sort(), Object.keys(languages).sort());
  for (const text of texts(firstWords)) assert.ok(text);
});

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('English agrees with its numbers', () => {
  assert.equal(plain(en.talked(0)), 'You talked for 0 seconds.');
  assert.equal(plain(en.talked(1)), 'You talked for 1 second.');
  assert.equal(plain(en.talked(61)), 'You talked for 1 minute 1 second.');
  assert.equal(plain(en.talked(133)), 'You talked for 2 minutes 13 seconds.');
});

test('Russian agrees with its numbers in all three forms', () => {
  assert.equal(plain(ru.talked(1)), 'Вы говорили 1 секунду.');
  assert.equal(plain(ru.talked(3)), 'Вы говорили 3 секунды.');
  assert.equal(plain(ru.talked(11)), 'Вы говорили 11 секунд.');
  assert.equal(plain(ru.talked(21)), 'Вы говорили 21 секунду.');
  assert.equal(plain(ru.talked(22 * 60 + 5)), 'Вы говорили 22 минуты 5 секунд.');
});

test('Polish, Arabic and German agree with their numbers', () => {
  assert.equal(plain(pl.talked(22)), 'Rozmowa trwała 22 sekundy.');
  assert.equal(plain(pl.talked(5 * 60 + 1)), 'Rozmowa trwała 5 minut 1 sekundę.');
  assert.equal(plain(ar.talked(3)), 'مدة المكالمة 3 ثوانٍ.');
  assert.equal(plain(ar.talked(11)), 'مدة المكالمة 11 ثانية.');
  assert.equal(plain(de.talked(61)), 'Sie haben 1 Minute 1 Sekunde gesprochen.');
});

test('the first language that the widget has is used', () => {
  assert.equal(pickLanguage(['ru-RU', 'en']), 'ru');
  assert.equal(pickLanguage([undefined, '', null, 'nl', 'RU']), 'ru');
  assert.equal(pickLanguage(['nl-BE', 'fi']), 'en');
  assert.equal(pickLanguage(['constructor', 'toString']), 'en');
});
