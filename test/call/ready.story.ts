// A call is made ready while somebody points at the button: what needs nobody's leave is there when they press, and
// what they do not press for costs the gateway nothing for long.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { BreakableLink } from '../support/breakable-link.ts';
import { eventually, type Patience } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

declare global {
  interface Window {
    releaseTimers(): void;
  }
}

/** Before it would be given back for having waited. */
const soon = { within: 10_000 };
let visitor: Visitor;
let line: Line;

stories(
  'A call is made ready',
  [22],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(22) });
  },
  story => {
    story('who stays on the button and presses calls by what is there already', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director'));
      await visitor.points(true);
      await connections(1);
      const ready = async () => await visitor.happens(lookAtConnection);
      await eventually('an offer is written down', async () => (await ready()).count === 1);
      // Neither a device nor a way to anywhere was asked for.
      assert.deepEqual(await visitor.askedFor(), []);
      assert.deepEqual(await ready(), { count: 1, gathering: 'new', offered: false });

      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      assert.deepEqual(await ready(), { count: 1, gathering: 'complete', offered: true });
      await connections(1);
      assert.equal(await visitor.happens(countTokens), 1);
      await visitor.hangUp();
      await phone.waitFor('idle');
      await connections(0);
    });

    story('who passes over it, and a page that only fetches, connect nowhere', async () => {
      await visitor.open(line.pageFor('director'));
      // Twice: what a call needs is fetched by the first.
      for (let pass = 0; pass < 2; pass++) {
        // However busy this machine is, the page sees the hand leave before any time has passed.
        await visitor.happens(holdTimers);
        await visitor.points(true);
        await visitor.points(false);
        await visitor.happens(() => window.releaseTimers());
        await pause(1_000);
        assert.equal((await line.gateway.counts()).visitors, 0);
      }
      await visitor.happens(() => document.querySelector('sip-call')?.preload());
      await pause(500);
      assert.equal((await line.gateway.counts()).visitors, 0);
    });

    story('who stays and does not press gives it back, and so does a page that is left', async office => {
      await visitor.open(line.pageFor('director'));
      await visitor.points(true);
      await connections(1);
      await connections(0);
      await visitor.points(false);
      await visitor.points(true);
      await connections(1);
      await visitor.happens(() => document.querySelector('sip-call')?.remove());
      await connections(0, soon);

      await visitor.open(line.pageFor('director'));
      await visitor.points(true);
      await connections(1);
      const elsewhere = office.site.origin;
      await visitor.goes(elsewhere);
      await connections(0, soon);
    });

    story('muted while the microphone is still waited for: nothing, and muting works later', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director'));
      await visitor.happens(muteBeforeThereIsSound);
      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.click(/^Mute$/);
      await visitor.click(/^Unmute$/);
      await phone.hears(visitor.tone);
      await visitor.hangUp();
      await phone.waitFor('idle');
    });

    story('given up by the page as soon as it is announced: no call, and no microphone', async () => {
      await visitor.open(line.pageFor('director'));
      await visitor.points(true);
      await connections(1);
      await visitor.happens(() => {
        addEventListener('sip-call-state', ({ detail, target }) => {
          if (detail.state === 'preparing') (target as HTMLElementTagNameMap['sip-call']).hangUp();
        });
      });
      await visitor.call();
      assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'cancelled' });
      await pause(1_000);
      assert.deepEqual(await visitor.askedFor(), []);
      assert.deepEqual(
        (await visitor.states()).map(({ state }) => state),
        ['preparing', 'ended'],
      );
    });

    story('it was lost meanwhile: the press connects anew', async office => {
      const phone = office.phone('105');
      const link = office.add(await BreakableLink.to(line.gateway.url, office.network.address(7)));
      await visitor.open(line.pageFor('director', { gateway: link.url }));
      await visitor.points(true);
      await connections(1);
      link.cut();
      await connections(0);
      link.mend();
      await visitor.call();
      await visitor.waitFor('in-call');
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.hangUp();
      await phone.waitFor('idle');
    });
  },
);

/** Resolves once visitors have as many WebSockets. */
async function connections(count: number, patience: Patience = {}): Promise<void> {
  await eventually(
    `there are ${count} WebSockets`,
    async () => {
      const { visitors } = await line.gateway.counts();
      if (visitors === count) return true;
      throw new Error(String(visitors));
    },
    patience,
  );
}

/** Runs in the page: a microphone takes its time, and somebody mutes meanwhile. */
function muteBeforeThereIsSound() {
  const { mediaDevices } = navigator;
  const capture = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async wishes => {
    await new Promise(resolve => setTimeout(resolve, 1_000));
    document.querySelector('sip-call')?.mute(true);
    return await capture(wishes);
  };
}

/** Runs in the page: what is to happen later waits for `releaseTimers`. */
function holdTimers() {
  const set = window.setTimeout.bind(window);
  const held: Parameters<typeof set>[] = [];
  window.setTimeout = ((...timer: Parameters<typeof set>) => held.push(timer)) as typeof set;
  window.releaseTimers = () => {
    window.setTimeout = set;
    for (const timer of held) set(...timer);
  };
}

/** Runs in the page: how often it has asked for one. */
function countTokens() {
  return performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/token')).length;
}

/** Runs in the page. */
function lookAtConnection() {
  const connection = window.sipCallTest.connection();
  return {
    count: window.sipCallTest.connections,
    gathering: connection?.iceGatheringState,
    offered: Boolean(connection?.localDescription),
  };
}
