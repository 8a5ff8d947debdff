import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { callPageRoute } from '../../../gateway/http/call-page.ts';
import { startHttp } from '../../../gateway/http/server.ts';

/** Requests `/call` with this query. */
async function page(context: TestContext, query: string, headers: Record<string, string> = {}) {
  const config = configFrom({
    listen: '127.0.0.1:0',
    sites: [
      {
        domain: 'mysite.ru',
        origins: ['https://mysite.ru'],
        callable: [
          'director',
          { user: 'anna', name: 'Anna "A" <b>', title: 'Sales', photo: 'https://photos.mysite.ru/anna.jpg' },
          { user: 'boris', photo: 'boris.jpg' },
        ],
      },
      { domain: 'xn--d1abbgf6aiiy.xn--p1ai', origins: ['*'], callable: ['info'] },
      { domain: 'closed.ru', origins: ['*'], callable: ['director'], pages: false },
    ],
  });
  const http = await startHttp(config, [callPageRoute(config)]);
  context.after(() => http.close());
  return await fetch(`${http.url}/call?${query}`, { headers });
}

test('a link to a person is a page with one button, from which nothing else can be loaded', async context => {
  const response = await page(context, 'to=Director@mysite.ru');
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<sip-call shape="page" to="director@mysite\.ru"><\/sip-call>/);
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(
    policy,
    /default-src 'none'; script-src 'self'; style-src 'sha256-[^']+'; connect-src 'self' ws:/,
  );
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /; img-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
});

test('the page shows the person as configured', async context => {
  const text = await (await page(context, 'to=anna@mysite.ru')).text();
  assert.match(text, /to="anna@mysite\.ru" name="Anna &#34;A&#34; &#60;b&#62;" job="Sales"/);
});

test('the page shows the photograph that the configuration names, and may load it from there alone', async context => {
  const elsewhere = await page(context, 'to=anna@mysite.ru');
  assert.match(await elsewhere.text(), / photo="https:\/\/photos\.mysite\.ru\/anna\.jpg"/);
  assert.match(
    elsewhere.headers.get('content-security-policy') ?? '',
    /; img-src 'self' https:\/\/photos\.mysite\.ru;/,
  );
  const here = await page(context, 'to=boris@mysite.ru');
  assert.match(await here.text(), / photo="\/card\/boris@mysite\.ru\/photo"/);
  assert.match(here.headers.get('content-security-policy') ?? '', /; img-src 'self';/);
});

test('a link may contain a SIP URI and an internationalized domain', async context => {
  assert.equal((await page(context, 'to=sip:director%40mysite.ru')).status, 200);
  const own = await (await page(context, `to=${encodeURIComponent('info@президент.рф')}`)).text();
  assert.match(own, /to="info@президент\.рф"/);
});

test('a link chooses language and theme; without it the browser does', async context => {
  const chosen = await (await page(context, 'to=director@mysite.ru&lang=ru&theme=dark&video')).text();
  assert.match(chosen, /<html lang="ru" data-theme="dark">/);
  assert.match(chosen, /lang="ru" theme="dark" video=""/);
  const header = { 'Accept-Language': 'ru-RU,ru;q=0.9,en;q=0.8' };
  assert.match(await (await page(context, 'to=director@mysite.ru', header)).text(), /<html lang="ru-RU">/);
});

for (const query of [
  '',
  'to=',
  'to=alex@mysite.ru',
  'to=director@closed.ru',
  'to=director@mysite.ru@evil.ru"',
  'to=director@mysite.ru:5062',
  'to=%22%3E%3Cscript%3E@mysite.ru',
  'to=%00@mysite.ru',
  'to=%E0%A4%A',
]) {
  test(`/call?${query} is not found`, async context => {
    assert.equal((await page(context, query)).status, 404);
  });
}

test('other parameters of a link never reach the page', async context => {
  const text = await (
    await page(
      context,
      'to=director@mysite.ru&lang=en%22onload=x&theme=blue&video=%22%3E&shape=bare&gateway=evil',
    )
  ).text();
  assert.match(text, /<sip-call shape="page" to="director@mysite\.ru"><\/sip-call>/);
  assert.doesNotMatch(text, /onload|blue|evil/);
});
