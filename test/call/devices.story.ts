// Headsets come and go while two people talk: the track that is sent changes, the call does not.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;

stories(
  'Devices in mid-call',
  [16],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(16) });
  },
  story => {
    story('another microphone is chosen, then pulled out: they hear each other all along', async office => {
      const phone = office.phone('105');
      await visitor.open(line.pageFor('director'));
      await visitor.call();
      await visitor.waitFor('in-call');
      await phone.hears(visitor.tone);

      await visitor.click(/^Sound and devices$/);
      const chosen = await eventually('a microphone is in the list', () =>
        visitor.happens(() => {
          const list = document.querySelector('sip-call')?.shadowRoot?.querySelector('select');
          const option = list?.options[list.options.length - 1];
          if (!list || !option?.value) return undefined;
          list.value = option.value;
          list.dispatchEvent(new Event('change'));
          return option.value;
        }),
      );
      await eventually('that microphone is the one in use', async () => (await inUse()) === chosen);
      assert.equal(await visitor.happens(() => localStorage.getItem('sip-call.audioinput')), chosen);
      await both();

      await visitor.happens(() => {
        const { mediaDevices } = navigator;
        const gone = localStorage.getItem('sip-call.audioinput');
        const [list, take] = [
          mediaDevices.enumerateDevices.bind(mediaDevices),
          mediaDevices.getUserMedia.bind(mediaDevices),
        ];
        mediaDevices.enumerateDevices = async () =>
          (await list()).filter(({ deviceId }) => deviceId !== gone);
        mediaDevices.getUserMedia = async constraints => {
          if (JSON.stringify(constraints).includes(String(gone)))
            throw new DOMException('', 'OverconstrainedError');
          return await take(constraints);
        };
        mediaDevices.dispatchEvent(new Event('devicechange'));
      });
      await eventually('another microphone is in use', async () => (await inUse()) !== chosen);
      await both();
      await visitor.hangUp();
      assert.deepEqual(await visitor.ended(), { state: 'ended', reason: 'hung-up' });

      async function both(): Promise<void> {
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      }
    });
  },
);

async function inUse(): Promise<string | undefined> {
  return await visitor.happens(() => window.sipCallTest.microphone());
}
