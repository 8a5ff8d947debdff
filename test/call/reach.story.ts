// The button tells the truth before it is pressed: whether the PBX is there, whether the office is open, and what
// else there is when a call cannot be. On real PBXs that are switched off and on.

import assert from 'node:assert/strict';
import { Asterisk, type AsteriskVersion } from '../support/asterisk.ts';
import { eventually, type Patience } from '../support/eventually.ts';
import type { Line, Office } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

const fallbacks = [
  { person: 'tone' },
  { hotline: '+7 800 200-00-00' },
  { mail: 'office@mysite.test' },
  { callback: true as const },
];

/** The day after tomorrow in UTC, when an office opens that is closed now. */
const later = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10);
const day = new Date(later).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' }).toLowerCase();

let visitor: Visitor;

/** A gateway that knows nothing yet of the PBX. */
const lineTo = (office: Office, version: AsteriskVersion): Promise<Line> =>
  office.line({
    first: office.addressOf(version),
    site: {
      callable: [
        { user: 'director', hours: { zone: 'UTC', [day]: '09:00-18:00' } },
        { user: 'tone', name: 'The duty officer' },
        'echo',
      ],
      fallbacks,
    },
  });

/** A PBX of this version, switched on. */
const switchedOn = async (office: Office, version: AsteriskVersion) =>
  office.add(
    await Asterisk.start(version, {
      address: office.addressOf(version),
      phones: { address: office.network.address(4), port: 5070 },
    }),
  );

async function isOpen(office: Office, { gateway }: Line): Promise<boolean> {
  const headers = { origin: office.site.origin };
  const answer = await fetch(`${gateway.url}/status?to=echo@mysite.test`, { headers });
  return ((await answer.json()) as { state: string }).state === 'open';
}

/** What a visitor does who tabs to the button. */
const pointAtIt = () =>
  eventually('the button has the focus', () =>
    visitor.happens(() => {
      const inside = document.querySelector('sip-call')?.shadowRoot;
      inside?.querySelector('button')?.focus();
      return inside?.activeElement?.localName === 'button';
    }),
  );

/** By what name the button is read out, once it is `name`. */
async function reads(name: RegExp, patience: Patience = {}): Promise<void> {
  await eventually(
    `the button reads ${name}`,
    async () => {
      const said = await visitor.happens(() => {
        const button = document.querySelector('sip-call')?.shadowRoot?.querySelector('.button');
        return [
          button?.querySelector('[part=label] slot')?.textContent,
          button?.querySelector('.sr-only')?.textContent,
        ]
          .join('')
          .trim();
      });
      if (name.test(said)) return true;
      throw new Error(said);
    },
    patience,
  );
}

/** Which rungs the card offers. */
const rungs = () =>
  visitor.happens(() =>
    [
      ...(document.querySelector('sip-call')?.shadowRoot?.querySelectorAll<HTMLElement>('.fallback') ?? []),
    ].map(
      fallback =>
        fallback.getAttribute('href') ??
        fallback.querySelector('span')?.firstChild?.nextSibling?.textContent ??
        '',
    ),
  );

/** All that the page has fetched, by the last part of its address. */
const fetched = () =>
  visitor.happens(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname.split('/').at(-1) ?? ''),
  );

stories(
  'How things stand',
  [],
  async office => {
    visitor = await office.visitor();
  },
  story => {
    for (const version of [16, 22] as const) {
      story(
        `Asterisk ${version} is off, then on, and the button says so without ringing anybody`,
        async office => {
          const line = await lineTo(office, version);
          await visitor.open(line.pageFor('echo'));
          assert.deepEqual(
            (await fetched()).filter(name => !/^(?:sip-call\.js|favicon\.ico)$/.test(name)),
            [],
            'something was fetched before the visitor meant anything',
          );
          await pointAtIt();
          await reads(/^Call echo@mysite\.test Their telephone is not answering right now$/);

          const asterisk = await switchedOn(office, version);
          const mark = asterisk.mark();
          // The gateway believes what it knows for ten seconds, and a page asks once a minute: this one is opened anew.
          await eventually('the gateway says that it is there', () => isOpen(office, line), {
            within: 30_000,
            every: 500,
          });
          await visitor.open(line.pageFor('echo'));
          await pointAtIt();
          await eventually('the page has asked', async () => (await fetched()).includes('status'));
          await reads(/^Call echo@mysite\.test$/);
          assert.doesNotMatch(asterisk.logSince(mark), /Good call|Wrong call|Executing/, 'somebody was rung');
          await visitor.call();
          await visitor.waitFor('in-call');
          await visitor.hangUp();
          await asterisk.stop();
        },
      );
    }

    story('a page that asks for it says so before anybody points at the button', async office => {
      const line = await lineTo(office, 16);
      await visitor.open(line.pageFor('echo', { 'show-availability': '' }));
      await reads(/Their telephone is not answering right now$/);
      const names = await fetched();
      assert.deepEqual(
        names.filter(name => /^(?:phone|call-card|conversation)/.test(name)),
        [],
        'it fetched what only a call needs',
      );
    });

    story(
      'when the PBX is off: no call to a colleague at the same PBX, but a wish to be called back',
      async office => {
        const line = await lineTo(office, 16);
        await visitor.open(line.pageFor('echo'));
        await visitor.call();
        assert.deepEqual(await visitor.ended(), { state: 'failed', reason: 'server-unreachable' });
        await eventually('the ladder is there', async () => (await rungs()).length === 3);
        assert.deepEqual(await rungs(), [
          'tel:+78002000000',
          'mailto:office@mysite.test',
          'Ask to be called back',
        ]);
        await visitor.click(/^Ask to be called back/);
        await visitor.fills(/^Name/, 'Anna');
        await visitor.fills(/^Phone number/, '+7 912 000-00-00');
        await visitor.fills(/^Message/, 'After six');
        await visitor.click(/^Send$/);
        const [told] = await line.gateway.waitFor(/.*callback requested.*/);
        const { to, name, phone, message, page } = JSON.parse(told);
        assert.deepEqual(
          { to, name, phone, message, page },
          {
            to: 'sip:echo@mysite.test',
            name: 'Anna',
            phone: '+7 912 000-00-00',
            message: 'After six',
            page: office.site.origin,
          },
        );
        await eventually('the visitor is thanked', () =>
          visitor.happens(() =>
            /Thank you/.test(document.activeElement?.shadowRoot?.activeElement?.textContent ?? ''),
          ),
        );
      },
    );

    story('a closed office says when it opens, and a colleague is called from the card', async office => {
      const line = await lineTo(office, 16);
      const asterisk = await switchedOn(office, 16);
      await visitor.open(line.pageFor('director'));
      await pointAtIt();
      await reads(/^Call director@mysite\.test Closed, opens \w{3},? \d+:00 [AP]M$/);
      const mark = asterisk.mark();
      await visitor.call();
      assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'closed' });
      await visitor.isTold(/^Closed now\. Opens \w{3}/);
      assert.doesNotMatch(asterisk.logSince(mark), /Good call/);
      await visitor.click(/^Call The duty officer/);
      await visitor.hears(1004);
      await visitor.hangUp();
      await asterisk.stop();
    });
  },
);
