// What a page is told before it calls, by a gateway whose PBX is a raw peer: what is asked, how often, and of whom.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { eventually } from '../../support/eventually.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, type Scene, type SceneOptions, startScene } from '../../support/signalling-gateway.ts';

interface Told {
  readonly state: string;
  readonly opensAt?: string;
  readonly fallbacks: readonly Record<string, string>[];
}

async function scene(context: TestContext, options: SceneOptions = {}) {
  const made = await startScene(context, options);
  return { ...made, pbx: made.pbxs[0] as RawPeer };
}

const ask = (
  { gateway }: Pick<Scene, 'gateway'>,
  to: string,
  headers: Record<string, string> = { origin: PAGE },
) => fetch(`${gateway.url}/status?to=${encodeURIComponent(to)}`, { headers });

async function told(scene: Pick<Scene, 'gateway'>, to = 'director@mysite.test'): Promise<Told> {
  const response = await ask(scene, to);
  assert.equal(response.status, 200);
  return (await response.json()) as Told;
}

/** The next OPTIONS at the PBX; it rings nothing and says nothing of the visitor. */
async function optionsAt(pbx: RawPeer): Promise<SipRequest> {
  const request = await pbx.request('OPTIONS');
  assert.equal(request.uri, 'sip:mysite.test');
  assert.match(request.headers.get('From') ?? '', /anonymous\.invalid/);
  return request;
}

for (const answer of ['200 OK', '401 Unauthorized', '404 Not Found', '603 Decline']) {
  test(`a PBX that answers ${answer} is there`, async context => {
    const made = await scene(context);
    const asked = told(made);
    made.pbx.respond(await optionsAt(made.pbx), answer);
    assert.deepEqual(await asked, { state: 'open', fallbacks: [] });
    assert.equal((await told(made)).state, 'open');
    assert.deepEqual(made.pbx.inbox, [], 'it was asked again');
  });
}

test('fifty visitors at once are one question', async context => {
  const made = await scene(context);
  const asked = Array.from({ length: 50 }, () => told(made));
  made.pbx.respond(await optionsAt(made.pbx), '200 OK');
  for (const one of await Promise.all(asked)) assert.equal(one.state, 'open');
  assert.deepEqual(made.pbx.inbox, []);
});

test('a PBX that says nothing is unreachable, and the next one is asked', async context => {
  const made = await scene(context, { pbxs: 2 });
  const [silent, second] = made.pbxs as [RawPeer, RawPeer];
  const asked = told(made);
  await optionsAt(silent);
  second.respond(await optionsAt(second), '200 OK');
  assert.equal((await asked).state, 'open');
});

test('a PBX that is there and takes no calls is unreachable', async context => {
  const made = await scene(context);
  const asked = told(made);
  made.pbx.respond(await optionsAt(made.pbx), '503 Service Unavailable');
  assert.equal((await asked).state, 'unreachable');
});

test('where nobody answers, the telephone is unreachable', async context => {
  const made = await scene(context);
  const asked = told(made);
  await optionsAt(made.pbx);
  assert.equal((await asked).state, 'unreachable');
});

test('a machine that refuses is unreachable at once', async context => {
  const made = await scene(context, { pbxs: 0, firstIsDead: true, limits: { responseSeconds: 60 } });
  assert.equal((await told(made)).state, 'unreachable');
});

test('a closed office is not asked for, and says when it opens and what else there is', async context => {
  const made = await scene(context, {
    site: {
      callable: [
        { user: 'director', hours: { zone: 'Europe/Moscow', mon: '09:00-18:00', holidays: everyMonday() } },
        { user: 'alex', name: 'Alex', title: 'Front desk', hours: { zone: 'UTC', 'mon-sun': '00:00-24:00' } },
        101,
      ],
      hours: { zone: 'UTC', mon: '09:00-10:00', holidays: everyMonday() },
      fallbacks: [
        { callback: 'https://crm.mysite.test/hook?key=secret' },
        { person: 101 },
        { person: 'alex' },
        { hotline: '+7 800 200-00-00' },
        { mail: 'office@mysite.test' },
      ],
    },
  });
  assert.deepEqual(await told(made), {
    state: 'closed',
    fallbacks: [
      { kind: 'callback' },
      { kind: 'person', to: 'alex@mysite.test', name: 'Alex', title: 'Front desk' },
      { kind: 'hotline', phone: '+7 800 200-00-00' },
      { kind: 'mail', mail: 'office@mysite.test' },
    ],
  });
  // Alex is there around the clock, and is not offered to those who call Alex.
  const alex = told(made, 'alex@mysite.test');
  made.pbx.respond(await optionsAt(made.pbx), '200 OK');
  assert.equal((await alex).state, 'open');
  assert.doesNotMatch(JSON.stringify(await alex), /alex|secret/);
});

test('pages that may call can read it, and caches keep them apart', async context => {
  const made = await scene(context, { pbxs: 0, firstIsDead: true });
  const response = await ask(made, 'sip:Director@mysite.test');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.match(response.headers.get('vary') ?? '', /Origin/);
  assert.equal(response.headers.get('cache-control'), 'private, max-age=10');
});

test('a page of the gateway itself needs no origin: the browser sends none', async context => {
  const made = await scene(context, { pbxs: 0, firstIsDead: true });
  const own = await ask(made, 'director@mysite.test', { 'sec-fetch-site': 'same-origin' });
  assert.equal(own.status, 200);
  const closed = await scene(context, { pbxs: 0, firstIsDead: true, site: { pages: false } });
  const refused = await ask(closed, 'director@mysite.test', { 'sec-fetch-site': 'same-origin' });
  assert.equal(refused.status, 403);
});

test('whoever may not call learns nothing, not even by the difference', async context => {
  const made = await scene(context);
  const answers = new Set<string>();
  for (const [to, headers] of [
    ['director@mysite.test', { origin: 'https://evil.example' }],
    ['director@mysite.test', {}],
    ['director@mysite.test', { origin: 'null' }],
    ['director@mysite.test', { 'sec-fetch-site': 'cross-site' }],
    ['nobody@mysite.test', { origin: PAGE }],
    ['director@other.test', { origin: PAGE }],
    ['director@mysite.test;maddr=10.0.0.1', { origin: PAGE }],
    ['', { origin: PAGE }],
  ] as const) {
    const response = await ask(made, to, headers);
    const head = [...response.headers].filter(([name]) => name !== 'date');
    answers.add(`${response.status} ${JSON.stringify(head)} ${await response.text()}`);
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  assert.match([...answers][0] ?? '', /^403 /);
  assert.doesNotMatch([...answers][0] ?? '', /access-control/);
  assert.deepEqual(made.pbx.inbox, [], 'the PBX was asked');
});

test('one address may ask only so often, and the PBX notices nothing', async context => {
  const made = await scene(context, { pbxs: 0, firstIsDead: true });
  const statuses: number[] = [];
  // Fewer at a time than connections of one address are bounded to.
  const some = () =>
    Promise.all(Array.from({ length: 50 }, async () => (await ask(made, 'director@mysite.test')).status));
  await eventually(
    'it is told to wait',
    async () => statuses.push(...(await some())) && statuses.includes(429),
    {
      every: 1,
    },
  );
  assert.ok(statuses.filter(status => status === 200).length >= 300);
});

function everyMonday(): string[] {
  const monday = Date.UTC(2026, 0, 5);
  return Array.from({ length: 1500 }, (_, week) =>
    new Date(monday + week * 7 * 86_400_000).toISOString().slice(0, 10),
  );
}
