import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { cardPage, signaturePage } from '../../../gateway/cards/page.ts';
import { type CardPerson, initials, linksOf } from '../../../gateway/cards/person.ts';
import { picture } from '../../../gateway/cards/picture.ts';
import { vcard } from '../../../gateway/cards/vcard.ts';
import { cardLanguage, cardWords } from '../../../gateway/cards/words.ts';

const director: CardPerson = {
  address: 'director@mysite.ru',
  name: 'Дарья Константинопольская-Преображенская; младшая, \\ "Д"',
  title: 'Генеральный директор, основатель',
  company: 'mysite.ru',
  mail: 'director@mysite.ru',
  phone: '+7 (800) 555-00-00',
  photo: 'https://mysite.ru/director.jpg',
};
const links = linksOf('https://call.mysite.ru', director);

/** One property of a vCard, as another program reads it. */
function read(card: string, name: string): unknown {
  return new ICAL.Component(ICAL.parse(card) as unknown as unknown[]).getFirstPropertyValue(name);
}

test('another program reads the intended contact', () => {
  const card = vcard(director, links);
  assert.equal(read(card, 'version'), '4.0');
  assert.equal(read(card, 'fn'), director.name);
  assert.equal(read(card, 'title'), director.title);
  assert.equal(read(card, 'impp'), 'sip:director@mysite.ru');
  assert.equal(read(card, 'email'), 'director@mysite.ru');
  assert.equal(String(read(card, 'tel')), 'tel:+78005550000');
  assert.equal(read(card, 'photo'), 'https://mysite.ru/director.jpg');
  assert.equal(read(card, 'url'), 'https://call.mysite.ru/card/director@mysite.ru');
});

test('no line of a contact is longer than 75 octets, and no character is split', () => {
  const card = vcard(director, links);
  for (const line of card.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
  assert.ok(card.endsWith('\r\n'));
  assert.doesNotMatch(Buffer.from(card).toString('utf8'), /\uFFFD/);
  assert.match(card, /\r\n /, 'nothing was folded');
});

test('a line break in a name does not start a property', () => {
  const card = vcard({ ...director, name: 'A\r\nTEL:+1900' }, links);
  assert.equal(read(card, 'fn'), 'A\nTEL:+1900');
  assert.doesNotMatch(card, /^TEL:\+1900/m);
});

test('absent values are left out', () => {
  const card = vcard({ ...director, phone: undefined, photo: undefined, mail: undefined, title: '' }, links);
  assert.doesNotMatch(card, /^(?:TEL|PHOTO|TITLE|EMAIL)/m);
});

test('a camera reads the code in the shared picture, and it calls', async () => {
  const image = PNG.sync.read(await picture(director, links, cardWords('ru')));
  assert.deepEqual([image.width, image.height], [1200, 630]);
  const code = jsQR.default(new Uint8ClampedArray(image.data), image.width, image.height);
  assert.equal(code?.data, 'https://call.mysite.ru/call?to=director@mysite.ru');
});

test('markup in a name stays text', () => {
  const sly = { ...director, name: '<img src=x onerror=alert(1)>"\'&' };
  for (const page of [cardPage(sly, links, 'en'), signaturePage(sly, links, 'en')]) {
    assert.doesNotMatch(String(page), /<img src=x|"'&[^#]/);
    assert.match(String(page), /&#60;img src=x onerror=alert\(1\)&#62;&#34;&#39;&#38;/);
  }
});

test("a card uses the first supported language of its reader's browser", () => {
  assert.equal(cardLanguage('de-DE,ru;q=0.8,en;q=0.5'), 'ru');
  assert.equal(cardLanguage('ru-RU'), 'ru');
  assert.equal(cardLanguage('constructor'), 'en');
  assert.equal(cardLanguage(''), 'en');
});

test('a list of languages longer than any browser sends is not read to its end', () => {
  assert.equal(cardLanguage(`${'xx,'.repeat(19)}ru`), 'ru');
  assert.equal(cardLanguage(`${'xx,'.repeat(20)}ru`), 'en');
});

test('a monogram is the first letters of the first and the last name', () => {
  assert.equal(initials('Дарья Петровна Алексеева'), 'ДА');
  assert.equal(initials('Director'), 'D');
  assert.equal(initials('  '), '');
});
