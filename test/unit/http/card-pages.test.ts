import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../../../gateway/config/load.ts';
import { cardRoute } from '../../../gateway/http/card-pages.ts';
import { startHttp } from '../../../gateway/http/server.ts';
import { privateFolder } from '../../support/private-folder.ts';

const photograph = Buffer.from('\x89PNG: as good as any', 'latin1');

const folder = privateFolder('card');
writeFileSync(join(folder, 'anna.png'), photograph);

async function start(context: TestContext, url = ''): Promise<string> {
  const config = parseConfig(
    `
listen: 127.0.0.1:0
${url && `url: ${url}`}
sites:
  - domain: mysite.ru
    origins: ["*"]
    callable:
      - { user: director, name: Anna Petrova, title: Director, photo: anna.png, phone: "+7 800 200-00-00" }
      - 101
`,
    join(folder, 'gateway.yaml'),
  );
  const http = await startHttp(config, [cardRoute(config)]);
  context.after(() => http.close());
  return http.url;
}

test('a person has a page with name and call button', async context => {
  const url = await start(context);
  const response = await fetch(`${url}/card/director@mysite.ru`);
  assert.equal(response.status, 200);
  const page = await response.text();
  assert.match(page, /<h1>Anna Petrova<wbr><\/h1>/);
  assert.match(page, /<sip-call to="director@mysite\.ru"/);
  assert.match(
    page,
    new RegExp(`<meta property="og:image" content="${url}/card/director@mysite.ru/picture.png">`),
  );
  assert.match(
    response.headers.get('content-security-policy') ?? '',
    /default-src 'none'.*script-src 'self'/,
  );
});

test('the page has the language of its reader', async context => {
  const url = await start(context);
  const page = await fetch(`${url}/card/director@mysite.ru`, { headers: { 'Accept-Language': 'ru' } });
  assert.match(await page.text(), /<html lang="ru">[\s\S]*Сохранить контакт/);
});

for (const [name, type] of [
  ['contact.vcf', 'text/vcard'],
  ['qr.svg', 'image/svg+xml'],
  ['picture.png', 'image/png'],
  ['signature', 'text/html'],
  ['photo', 'image/png'],
] as const) {
  test(`${name} has the type ${type}`, async context => {
    const response = await fetch(`${await start(context)}/card/director@mysite.ru/${name}`);
    assert.equal(response.status, 200);
    assert.ok(response.headers.get('content-type')?.startsWith(type));
    assert.ok((await response.arrayBuffer()).byteLength > 0);
  });
}

test('the path of the photograph is relative to the configuration file', async context => {
  const response = await fetch(`${await start(context)}/card/director@mysite.ru/photo`);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), photograph);
});

test('links contain the url of the configuration', async context => {
  const url = await start(context, 'https://call.mysite.ru');
  const card = await (await fetch(`${url}/card/101@mysite.ru/contact.vcf`)).text();
  assert.match(card, /^URL;TYPE=work:https:\/\/call\.mysite\.ru\/card\/101@mysite\.ru\r$/m);
});

test('a person without a name is shown by address', async context => {
  const page = await (await fetch(`${await start(context)}/card/101@mysite.ru`)).text();
  assert.match(page, /<h1>101<wbr><\/h1>/);
});

for (const path of [
  'nobody@mysite.ru',
  'director@elsewhere.ru',
  'director@mysite.ru/nothing',
  'director@mysite.ru/qr.svg/more',
  'director@mysite.ru/constructor',
  '101@mysite.ru/photo',
  '%',
  '%2e%2e/gateway.yaml',
  '',
]) {
  test(`/card/${path} is not found`, async context => {
    assert.equal((await fetch(`${await start(context)}/card/${path}`)).status, 404);
  });
}
