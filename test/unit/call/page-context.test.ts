import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inviteHeaders } from '../../../gateway/call/invite-headers.ts';
import { readPageContext } from '../../../gateway/call/page-context.ts';
import { pageContextHeaders } from '../../../widget/call/page-context.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, SDP, startScene } from '../../support/signalling-gateway.ts';

const ORIGIN = 'https://mysite.ru';
const destination = { domain: 'mysite.ru', user: 'director', uri: 'sip:director@mysite.ru' };
const told = (headers: Readonly<Record<string, string>>) => readPageContext(name => headers[name], ORIGIN);

/** As the widget says it and the gateway reads it. */
function visitOf(page: string, referrer = ''): ReturnType<typeof readPageContext> {
  const lines = pageContextHeaders(page, referrer).map(line => /^([\w-]+): (.*)$/.exec(line)!.slice(1));
  return told(Object.fromEntries(lines));
}

test('the page, where it was come to from and the campaign are told, and no other word of their queries', () => {
  const page = `${ORIGIN}/contacts/?token=secret&utm_source=letter&utm_medium=mail&utm=x#secret`;
  assert.deepEqual(visitOf(page, 'https://user:secret@search.example/find?q=secret'), {
    page: `${ORIGIN}/contacts/`,
    referrer: 'https://search.example/find',
    utm: 'utm_source=letter&utm_medium=mail',
  });
});

test('a page that is no web page, or not of the origin that calls, is not told', () => {
  assert.deepEqual(visitOf('about:srcdoc', 'android-app://com.example/'), {});
  assert.deepEqual(visitOf('https://other.example/contacts'), {});
  assert.deepEqual(visitOf('https://mysite.ru.evil.example/'), {});
});

test('letters of any script arrive encoded, and what is too long ends between two of them', () => {
  const { page = '', utm = '' } = visitOf(`${ORIGIN}/${'контакты/'.repeat(60)}?utm_source=письмо`);
  assert.match(page, /^https:\/\/mysite\.ru\/(?:%[0-9A-F]{2}|\/)+$/);
  assert.ok(page.length <= 200 && page.length > 190, page);
  assert.equal(new URLSearchParams(utm).get('utm_source'), 'письмо');
});

/** A sequence that is the same in every run (xorshift). */
function* random(seed: number): Generator<number> {
  for (let x = seed; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

test('whatever a browser says, what goes to the PBX is a few short lines of plain characters', () => {
  const pieces = [
    ...[
      '\r\n',
      '\n',
      '\r',
      '\0',
      '%0d%0a',
      '%0D%0AX-Evil:%20yes',
      '\r\nX-Evil: yes',
      '|',
      '"',
      '<',
      '>',
      '\\',
    ],
    ...[
      ';',
      ',',
      ' ',
      '\t',
      '\u2028',
      'é',
      '🙂',
      '\ud800',
      '%',
      '%2',
      '%zz',
      '&',
      '=',
      'utm_source=',
      'utm_x=',
      '/',
    ],
    ...['..', '@', ':', '?', '#', 'https://', 'http://mysite.ru', ORIGIN, `${ORIGIN}/`, 'a'.repeat(90)],
  ];
  const numbers = random(2026);
  const next = (below: number) => (numbers.next().value as number) % below;
  const anything = () => Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join('');
  let kept = 0;
  for (let round = 0; round < 20_000; round++) {
    const visit = told({
      'X-Sip-Call-Page': next(2) ? `${ORIGIN}/${anything()}` : anything(),
      'X-Sip-Call-Referrer': next(2) ? `https://x.example/${anything()}` : anything(),
      'X-Sip-Call-Utm': next(2) ? `utm_source=${anything()}` : anything(),
    });
    for (const value of Object.values(visit)) {
      kept++;
      assert.match(value, /^[!-~]{1,200}$/);
      assert.doesNotMatch(value, /[|"<>\\]/);
    }
    const headers = inviteHeaders(destination, 'id', visit, 300);
    const text = Object.entries(headers).reduce((all, [name, value]) => `${all}${name}: ${value}\r\n`, '');
    assert.equal(text.split(/\r|\n/).length - 1, 2 * Object.keys(headers).length);
  }
  assert.ok(kept > 10_000, `only ${kept} values were let through`);
});

test('statistics never make an INVITE too large for a datagram', () => {
  const long = `${ORIGIN}/${'a'.repeat(180)}`;
  const visit = { page: long, referrer: long, utm: `utm_source=${'a'.repeat(180)}` };
  const names = (offer: number) =>
    Object.keys(inviteHeaders(destination, 'id', visit, offer)).filter(name =>
      name.startsWith('X-Sip-Call-'),
    );
  assert.deepEqual(names(20), ['X-Sip-Call-Page', 'X-Sip-Call-Utm']);
  assert.deepEqual(names(300), ['X-Sip-Call-Page']);
  assert.deepEqual(names(600), []);
  // Too large in any case.
  assert.deepEqual(names(1200).length, 3);
});

test('the PBX and the record of the call learn where the visitor was', async context => {
  const { browser, pbxs, logged, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, 'sip:director@mysite.test').invite(SDP, [
    ...pageContextHeaders(`${PAGE}/contacts?utm_source=letter&id=7`, 'https://search.example/'),
    'X-Sip-Call: forged',
    'X-Sip-Call-Other: evil',
  ]);
  const invite = await pbx.request('INVITE');
  assert.equal(invite.headers.get('X-Sip-Call-Page'), `${PAGE}/contacts`);
  assert.equal(invite.headers.get('X-Sip-Call-Referrer'), 'https://search.example/');
  assert.equal(invite.headers.get('X-Sip-Call-Utm'), 'utm_source=letter');
  assert.notEqual(invite.headers.get('X-Sip-Call'), 'forged');
  assert.equal(invite.headers.has('X-Sip-Call-Other'), false);
  pbx.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
  const record = logged.find(({ msg }) => msg === 'call ended');
  assert.equal(record?.page, `${PAGE}/contacts`);
  assert.equal(record?.referrer, 'https://search.example/');
  assert.equal(record?.utm, 'utm_source=letter');
});

test('the window that a page opened tells which page that was', () => {
  const page =
    'https://call.mysite.ru/call?to=director@mysite.ru&from=https://mysite.ru/contacts&utm_source=letter';
  assert.deepEqual(pageContextHeaders(page, 'https://mysite.ru/'), [
    'X-Sip-Call-Page: https://call.mysite.ru/call',
    'X-Sip-Call-Referrer: https://mysite.ru/contacts',
    'X-Sip-Call-Utm: utm_source=letter',
  ]);
});

for (const sendVisitorAddress of [true, false]) {
  test(`the PBX is ${sendVisitorAddress ? '' : 'not '}told the visitor's address, whatever the browser says of it`, async context => {
    const { browser, pbxs, quiet } = await startScene(context, { site: { sendVisitorAddress } });
    const [pbx] = pbxs as [RawPeer];
    new RawCall(browser, 'sip:director@mysite.test').invite(SDP, ['X-Sip-Call-Address: 203.0.113.9']);
    const invite = await pbx.request('INVITE');
    assert.equal(invite.headers.get('X-Sip-Call-Address'), sendVisitorAddress ? '127.0.0.1' : undefined);
    pbx.respond(invite, '486 Busy Here');
    await browser.response(486);
    await quiet();
  });
}
