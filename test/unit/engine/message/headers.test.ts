import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderList } from '../../../../gateway/engine/message/headers.ts';

const list = () =>
  new HeaderList([
    ['v', 'first'],
    ['Route', '<sip:r1;lr>'],
    ['VIA', 'second'],
    ['x-custom', 'a'],
    ['X-Custom', 'b'],
    ['call-id', '1'],
  ]);
const entries = (headers: HeaderList) => [...headers].map(({ name, value }) => `${name}=${value}`);

test('known names are canonical, unknown ones stay as spelled', () => {
  assert.deepEqual(entries(list()), [
    'Via=first',
    'Route=<sip:r1;lr>',
    'Via=second',
    'x-custom=a',
    'X-Custom=b',
    'Call-ID=1',
  ]);
});

test('names match without case and in compact form', () => {
  const headers = list();
  for (const name of ['Via', 'via', 'VIA', 'vIa', 'v', 'V']) assert.equal(headers.get(name), 'first');
  assert.deepEqual(headers.all('X-CUSTOM'), ['a', 'b']);
  assert.equal(headers.get('I'), '1');
  assert.equal(headers.has('Contact'), false);
  assert.equal(headers.get('x-other'), undefined);
});

test('set replaces all values by one, in the first one’s place', () => {
  const headers = list();
  headers.set('via', 'only');
  assert.deepEqual(entries(headers).slice(0, 2), ['Via=only', 'Route=<sip:r1;lr>']);
  assert.deepEqual(headers.all('v'), ['only']);
});

test('set appends an absent name', () => {
  const headers = list();
  headers.set('m', '<sip:a@b>');
  assert.equal(entries(headers).at(-1), 'Contact=<sip:a@b>');
});

test('prepend goes before the others of its name, or on top', () => {
  const headers = list();
  headers.prepend('Route', '<sip:r0;lr>');
  headers.prepend('Record-Route', '<sip:rr;lr>');
  assert.deepEqual(entries(headers).slice(0, 4), [
    'Record-Route=<sip:rr;lr>',
    'Via=first',
    'Route=<sip:r0;lr>',
    'Route=<sip:r1;lr>',
  ]);
});

test('shift takes the first value, remove all of them', () => {
  const headers = list();
  assert.equal(headers.shift('via'), 'first');
  assert.equal(headers.get('via'), 'second');
  headers.remove('X-CUSTOM');
  assert.deepEqual(headers.all('x-custom'), []);
  assert.equal(headers.shift('x-custom'), undefined);
});

test('a clone shares nothing with its original', () => {
  const headers = list();
  const clone = headers.clone();
  clone.set('via', 'changed');
  for (const field of clone) field.value = 'changed';
  assert.equal(headers.get('via'), 'first');
  assert.equal(headers.get('call-id'), '1');
});
