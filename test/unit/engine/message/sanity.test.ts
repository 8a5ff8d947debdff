import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import type { SipRequest } from '../../../../gateway/engine/message/message.ts';
import { checkRequest, checkResponse } from '../../../../gateway/engine/message/sanity.ts';

function invite(change: (request: SipRequest) => void = () => {}): SipRequest {
  const request = createRequest('INVITE', 'sip:b@example.com', [
    ['Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
    ['From', '"A" <sip:a@example.com>;tag=1'],
    ['To', '<sip:b@example.com>'],
    ['Call-ID', '1@example.com'],
    ['CSeq', '1 INVITE'],
    ['Max-Forwards', '70'],
    ['Contact', '<sip:a@192.0.2.1>'],
  ]);
  change(request);
  return request;
}

test('a valid INVITE passes, without Max-Forwards too', () => {
  assert.equal(checkRequest(invite()), undefined);
  assert.equal(checkRequest(invite(({ headers }) => headers.remove('Max-Forwards'))), undefined);
});

const refusals: readonly [
  what: string,
  status: number,
  reason: string,
  change: (request: SipRequest) => void,
][] = [
  ['without Via', 400, 'Missing Via', ({ headers }) => headers.remove('Via')],
  ['with an invalid Via', 400, 'Bad Via', ({ headers }) => headers.set('Via', 'x')],
  ['without From', 400, 'Missing From', ({ headers }) => headers.remove('From')],
  ['without To', 400, 'Missing To', ({ headers }) => headers.remove('To')],
  ['without Call-ID', 400, 'Missing Call-ID', ({ headers }) => headers.remove('Call-ID')],
  ['with an empty Call-ID', 400, 'Bad Call-ID', ({ headers }) => headers.set('Call-ID', '')],
  ['with two words for a Call-ID', 400, 'Bad Call-ID', ({ headers }) => headers.set('Call-ID', 'a b')],
  ['without CSeq', 400, 'Missing CSeq', ({ headers }) => headers.remove('CSeq')],
  ['with CSeq 2^31', 400, 'Bad CSeq', ({ headers }) => headers.set('CSeq', '2147483648 INVITE')],
  [
    'with another CSeq method',
    400,
    'CSeq Method Does Not Match',
    ({ headers }) => headers.set('CSeq', '1 BYE'),
  ],
  ['with an empty From tag', 400, 'Bad From Tag', ({ headers }) => headers.set('From', '<sip:a@b>;tag')],
  ['with an impossible From URI', 400, 'Bad From', ({ headers }) => headers.set('From', '<sip:%zz@b>;tag=1')],
  ['with unbalanced quotes in To', 400, 'Bad To', ({ headers }) => headers.set('To', '"b <sip:b@b>')],
  ['with Max-Forwards 256', 400, 'Bad Max-Forwards', ({ headers }) => headers.set('Max-Forwards', '256')],
  ['with Expires 2^32', 400, 'Bad Expires', ({ headers }) => headers.set('Expires', '4294967296')],
  ['without Contact', 400, 'Missing Contact', ({ headers }) => headers.remove('Contact')],
  ['with two Contacts', 400, 'Multiple Contact Headers', ({ headers }) => headers.append('m', '<sip:c@d>')],
  ['with Contact *', 400, 'Bad Contact', ({ headers }) => headers.set('Contact', '*')],
  [
    'to a tel URI',
    416,
    'Unsupported URI Scheme',
    request => {
      request.uri = 'tel:+1';
    },
  ],
  [
    'to a URI with headers',
    400,
    'Bad Request-URI',
    request => {
      request.uri = 'sip:a@b?Route=x';
    },
  ],
  [
    'to no host',
    400,
    'Bad Request-URI',
    request => {
      request.uri = 'sip:a@';
    },
  ],
];
for (const [what, status, reason, change] of refusals) {
  test(`an INVITE ${what} is refused: ${status} ${reason}`, () => {
    assert.deepEqual(checkRequest(invite(change)), { status, reason });
  });
}

test('an INVITE with Max-Forwards 0 passes: this is its destination', () => {
  assert.equal(checkRequest(invite(({ headers }) => headers.set('Max-Forwards', '0'))), undefined);
});

test('an INVITE of RFC 2543 has neither tag nor Contact, and one with a tag must have a Contact', () => {
  const old = (from: string) =>
    invite(({ headers }) => {
      headers.set('From', from);
      headers.remove('Contact');
    });
  assert.equal(checkRequest(old('<sip:a@b>')), undefined);
  assert.equal(checkRequest(old('<sip:a@b>;tag=1'))?.reason, 'Missing Contact');
});

test('an unknown method that differs from its CSeq gets 501', () => {
  const request = createRequest('NEWMETHOD', 'sip:b@b', [
    ...[...invite().headers].map(({ name, value }) => [name, value] as const),
  ]);
  assert.deepEqual(checkRequest(request), { status: 501, reason: 'Not Implemented' });
});

test('a BYE needs no Contact', () => {
  const bye = createRequest(
    'BYE',
    'sip:b@example.com',
    [...invite().headers].map(({ name, value }) => [name, value]),
  );
  bye.headers.remove('Contact');
  bye.headers.set('CSeq', '2 BYE');
  assert.equal(checkRequest(bye), undefined);
});

test('a response passes with its required fields, and not without', () => {
  const response = createResponse(invite(), 200, 'OK', 'x');
  assert.equal(checkResponse(response), undefined);
  response.headers.remove('Call-ID');
  assert.equal(checkResponse(response), 'Missing Call-ID');
});
