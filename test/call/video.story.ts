// Video: from the first offer on, switched on and off in mid-call, refused, and between two visitors of one room.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let other: Visitor;
const lines = new Map<16 | 22, Line>();

stories(
  'A video call',
  [16, 22],
  async office => {
    [visitor, other] = await Promise.all([office.visitor(520), office.visitor(610)]);
    lines.set(16, await office.line({ first: office.addressOf(16) }));
    lines.set(22, await office.line({ first: office.addressOf(22) }));
  },
  story => {
    story(
      "VP8 comes back from Asterisk 22's Echo, from one camera and another, and is seen apart and large",
      async () => {
        await visitor.open(lines.get(22)!.pageFor('echo', { video: '' }));
        await visitor.call();
        await visitor.waitFor('in-call');
        const picture = await visitor.sees(30);
        assert.equal(picture.codec, 'video/VP8');
        assert.ok(Number(picture.frameWidth) > 0);
        // The sound that goes with it comes back too.
        await visitor.hears(visitor.tone);

        for (const [name, shown] of [
          [/^Picture in picture$/, () => document.pictureInPictureElement?.localName],
          [/^Full screen$/, () => document.fullscreenElement?.localName],
        ] as const) {
          await visitor.click(name);
          await eventually(`${name}`, async () => (await visitor.happens(shown)) === 'sip-call');
          await visitor.click(name);
          await eventually(`no longer ${name}`, async () => !(await visitor.happens(shown)));
        }

        const cameras = [await visitor.happens(() => window.sipCallTest.camera())];
        // There are three; from Chromium's second, which is one for motion JPEG, no connection gets a frame.
        for (const _ of ['the second', 'the third']) {
          await visitor.click(/^Switch camera$/);
          await eventually('another camera is sent', async () => {
            const sent = await visitor.happens(() => window.sipCallTest.camera());
            return sent && !cameras.includes(sent) && cameras.push(sent);
          });
        }
        await visitor.uses(['camera', 'microphone']);
        await visitor.sees(20);
        await visitor.hangUp();
      },
    );

    story('the camera is asked for when it is switched on, and let go when it is switched off', async () => {
      await visitor.open(lines.get(22)!.pageFor('echo'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(visitor.tone);
      assert.deepEqual(await visitor.askedFor(), ['microphone']);
      for (const _ of ['once', 'and again']) {
        await visitor.click(/^Camera$/);
        await visitor.isTold(/^In call\. Your camera is on$/);
        await visitor.uses(['camera', 'microphone']);
        await visitor.sees(20);
        await visitor.click(/^Camera$/);
        await visitor.isTold(/^In call$/);
        await visitor.uses(['microphone']);
      }
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
    });

    story('an Asterisk 16 that takes no video leaves the sound as it is, each time it is asked', async () => {
      await visitor.open(lines.get(16)!.pageFor('echo'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.hears(visitor.tone);
      for (const _ of ['once', 'and again']) {
        await visitor.click(/^Camera$/);
        await visitor.isTold(/The other side takes no video/);
        await visitor.uses(['microphone']);
        await visitor.hears(visitor.tone);
      }
      // The browser, too, took it for a no, and not for an answer that it cannot read.
      assert.deepEqual(
        visitor.console.filter(line => line.includes('<sip-call>')),
        [],
      );
      await visitor.click(/^Hold$/);
      await visitor.isTold(/^On hold/);
      await visitor.click(/^Resume$/);
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
    });

    story('a call begun with video goes on without it where it is not taken', async () => {
      await visitor.open(lines.get(16)!.pageFor('echo', { video: '' }));
      await visitor.call();
      await visitor.isTold(/The other side takes no video/);
      await visitor.uses(['microphone']);
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
    });

    story('a camera that the visitor does not allow leaves the call as it is', async () => {
      await visitor.open(lines.get(22)!.pageFor('echo'), ['microphone']);
      await visitor.call();
      await visitor.waitFor('in-call');
      await visitor.click(/^Camera$/);
      await visitor.isTold(/This page may not use your camera/);
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
    });

    story('two visitors of one room see each other once both have switched on', async () => {
      const visitors = [visitor, other];
      for (const one of visitors) {
        await one.open(lines.get(22)!.pageFor('room'));
        await one.call();
        await one.waitFor('in-call');
      }
      await Promise.all([visitor.hears(other.tone), other.hears(visitor.tone)]);
      for (const one of visitors) {
        await one.click(/^Camera$/);
        await one.isTold(/Your camera is on/);
      }
      // The room shows whoever speaks, in packets with the timestamps of whoever that is.
      await Promise.all(visitors.map(one => one.sees(20, { within: 45_000 })));
      await Promise.all(visitors.map(one => one.hangUp()));
    });
  },
);
