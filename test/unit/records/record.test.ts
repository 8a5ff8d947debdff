import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cause } from '../../../gateway/call/cause.ts';
import { type CallEventDetails, CallEvents } from '../../../gateway/call/events.ts';
import { outcome } from '../../../gateway/call/outcome.ts';
import { emptyReport } from '../../../gateway/media/relay.ts';
import { type CallRecord, Recorder } from '../../../gateway/records/record.ts';

const identity = { call: 'one', site: 'mysite.ru', user: 'director' };
const target = {
  transport: 'udp',
  address: '192.0.2.10',
  port: 5060,
  hostname: 'pbx.mysite.ru',
  domain: 'mysite.ru',
  because: 'SRV',
} as const;
const received: CallEventDetails = {
  type: 'received',
  address: '203.0.113.77',
  origin: 'https://mysite.ru',
  context: { page: 'https://mysite.ru/contacts' },
};
const ended: CallEventDetails = {
  type: 'ended',
  outcome: outcome('answered'),
  ending: 'hung-up-by-pbx',
  server: 'udp:192.0.2.10:5060',
  media: emptyReport,
};

/** A recorder on a stream whose clock the test sets. */
function recorder() {
  const clock = { now: 0 };
  const records: CallRecord[] = [];
  const events = new CallEvents(undefined, {
    monotonic: () => clock.now,
    wall: () => Date.parse('2026-03-10T12:00:00Z') + clock.now,
  });
  const taker = new Recorder({
    address: address => address.replace(/\d+$/, '0'),
    recorded: record => records.push(record),
  });
  events.subscribe(taker.observe);
  const emit = (at: number, details: CallEventDetails, call = 'one') => {
    clock.now = at;
    events.emit({ ...identity, call }, details);
  };
  return { emit, records, taker };
}

const attempted = (server: string, failed: boolean): CallEventDetails => ({
  type: 'attempted',
  target,
  server,
  outcome: { kind: 'unreachable' },
  cause: failed ? cause('engine-away') : undefined,
});

test('the record of an answered call has three times, and durations of the monotonic clock', () => {
  const { emit, records, taker } = recorder();
  emit(0, received);
  emit(10, { type: 'resolved' });
  emit(1_500, { type: 'ringing', server: 'udp:192.0.2.10:5060' });
  emit(2_000, attempted('udp:192.0.2.10:5060', false));
  emit(2_004, { type: 'answered', server: 'udp:192.0.2.10:5060' });
  assert.equal(taker.open, 1);
  emit(62_104, ended);
  assert.equal(taker.open, 0);
  assert.deepEqual(records, [
    {
      version: 1,
      kind: 'ended',
      call: 'one',
      received: '2026-03-10T12:00:00.000Z',
      answered: '2026-03-10T12:00:02.004Z',
      ended: '2026-03-10T12:01:02.104Z',
      to: 'director@mysite.ru',
      site: 'mysite.ru',
      origin: 'https://mysite.ru',
      address: '203.0.113.0',
      page: 'https://mysite.ru/contacts',
      server: 'udp:192.0.2.10:5060',
      outcome: 'answered',
      ending: 'hung-up-by-pbx',
      setupMs: 2_004,
      talkSeconds: 60.1,
      browser: emptyReport.browser,
      pbx: emptyReport.pbx,
    },
  ]);
});

test('the record of a call that several servers failed lists them with their causes', () => {
  const { emit, records } = recorder();
  emit(0, received);
  emit(5, attempted('udp:192.0.2.10:5060', true));
  emit(6, attempted('udp:192.0.2.11:5060', true));
  emit(7, { ...ended, outcome: outcome('cancelled'), ending: undefined });
  const [record] = records;
  assert.equal(record?.kind, 'ended');
  assert.deepEqual(
    record.attempts?.map(({ server }) => server),
    ['udp:192.0.2.10:5060', 'udp:192.0.2.11:5060'],
  );
  assert.deepEqual(
    [record.answered, record.setupMs, record.talkSeconds, record.cause],
    [undefined, 7, 0, 'cancelled'],
  );
});

test('the record has the address of the last WebSocket', () => {
  const { emit, records } = recorder();
  emit(0, received);
  emit(1, { type: 'answered', server: undefined });
  emit(2, { type: 'reconnected', by: 'media' });
  emit(3, { type: 'reconnected', by: 'signalling', address: '198.51.100.9', origin: 'https://mysite.ru' });
  emit(4, ended);
  assert.equal(records[0]?.address, '198.51.100.0');
});

test('the record of a refused call has the limit and no media; its entry is removed', () => {
  const { emit, records, taker } = recorder();
  emit(0, received);
  emit(0, { type: 'refused', outcome: { ...outcome('over-limit'), limit: 'perAddress.calls' } });
  assert.equal(taker.open, 0);
  assert.deepEqual(records, [
    {
      version: 1,
      kind: 'refused',
      call: 'one',
      received: '2026-03-10T12:00:00.000Z',
      to: 'director@mysite.ru',
      site: 'mysite.ru',
      origin: 'https://mysite.ru',
      address: '203.0.113.0',
      page: 'https://mysite.ru/contacts',
      outcome: 'over-limit',
      limit: 'perAddress.calls',
    },
  ]);
});

test('at most 120 refused calls are recorded in a minute, and every call that ended', () => {
  const { emit, records, taker } = recorder();
  const refused: CallEventDetails = { type: 'refused', outcome: outcome('over-limit') };
  for (let i = 0; i < 1_000; i++) {
    emit(i, received, `refused ${i}`);
    emit(i, refused, `refused ${i}`);
  }
  assert.equal(records.length, 120);
  emit(2_000, received);
  emit(2_000, ended);
  assert.equal(records.length, 121);
  emit(60_000, received, 'later');
  emit(60_000, refused, 'later');
  assert.equal(records.length, 122);
  assert.equal(taker.open, 0);
});

test('events of a call that was not received make no record', () => {
  const { emit, records, taker } = recorder();
  emit(0, { type: 'answered', server: undefined });
  emit(1, ended);
  assert.deepEqual([records.length, taker.open], [0, 0]);
});
