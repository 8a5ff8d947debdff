import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drawings } from '../../../gateway/http/drawings.ts';

const drawing = (bytes = 1) => ({ body: Buffer.alloc(bytes) });
const always = () => true;

test('requests for the same drawing share it, during the drawing and later', async () => {
  const drawings = new Drawings();
  let drawn = 0;
  const draw = async () => {
    drawn++;
    return drawing();
  };
  const all = await Promise.all(Array.from({ length: 100 }, () => drawings.of('same', draw, always, 'one')));
  all.push(await drawings.of('same', draw, () => false, 'one'));
  assert.equal(new Set(all).size, 1);
  assert.equal(drawn, 1);
});

test('drawings are made one at a time, and the number of waiting drawings is bounded', async () => {
  const drawings = new Drawings();
  let now = 0;
  let most = 0;
  const draw = async () => {
    most = Math.max(most, ++now);
    await new Promise(resolve => setTimeout(resolve, 1));
    now--;
    return drawing();
  };
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, at) => drawings.of(`${at}`, draw, always, `${at}`)),
  );
  assert.equal(most, 1);
  assert.equal(all.filter(one => one !== undefined).length, 16);
});

test('a drawing that fails is not cached, and does not block others', async () => {
  const drawings = new Drawings();
  const failing = async () => {
    throw new Error('on purpose');
  };
  const [failed, other] = await Promise.allSettled([
    drawings.of('one', failing, always, 'one'),
    drawings.of('other', async () => drawing(), always, 'one'),
  ]);
  assert.deepEqual([failed.status, other.status], ['rejected', 'fulfilled']);
  assert.ok(await drawings.of('one', async () => drawing(), always, 'one'));
});

test('the least recently used drawing is removed when the cache is full', async () => {
  const drawings = new Drawings();
  let drawn = 0;
  const ask = (key: string) =>
    drawings.of(
      key,
      async () => {
        drawn++;
        return drawing(1024 * 1024);
      },
      always,
      'one',
    );
  for (let at = 0; at < 16; at++) await ask(`${at}`);
  await ask('0');
  await ask('16');
  assert.equal(drawn, 17);
  await ask('0');
  assert.equal(drawn, 17);
  await ask('1');
  assert.equal(drawn, 18);
});

test('one address cannot fill the whole queue', async () => {
  const drawings = new Drawings();
  let go = () => {};
  const pause = new Promise<void>(resolve => {
    go = resolve;
  });
  const draw = async () => {
    await pause;
    return drawing();
  };
  const greedy = Array.from({ length: 100 }, (_, at) => drawings.of(`host${at}`, draw, always, '192.0.2.1'));
  const other = drawings.of('card', draw, always, '192.0.2.2');
  go();
  assert.ok(await other);
  assert.equal((await Promise.all(greedy)).filter(one => one !== undefined).length, 4);
  assert.ok(await drawings.of('later', draw, always, '192.0.2.1'), 'its places are free again');
});
