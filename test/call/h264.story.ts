// H.264 with a video phone that has no other video codec: sound and a picture in both directions. Both pictures are
// compared with the test pictures of Chromium's camera and of baresip.

import assert from 'node:assert/strict';
import type { PNG } from 'pngjs';
import { eventually } from '../support/eventually.ts';
import { stories } from '../support/story.ts';
import { VIDEO_PHONE_SIZE, VIDEO_PHONE_TONE, VideoPhone } from '../support/video-phone.ts';
import type { Visitor } from '../support/visitor.ts';

stories(
  'A video phone with H.264',
  [],
  async () => {},
  story => {
    story('the visitor and the phone see and hear each other', async office => {
      const address = office.network.address(30);
      const phone = office.add(await VideoPhone.start(address, 'director'));
      // baresip binds its RTP ports to no address. On the loopback interface its packets come from 127.0.0.1.
      const media = { symmetricRtp: ['127.0.0.1/32'] };
      const line = await office.line({ first: address, published: 'srv', media });
      const visitor = await office.visitor();
      await visitor.open(line.pageFor('director', { video: '' }));
      await visitor.call();
      await visitor.waitFor('in-call');

      const picture = await visitor.sees(30);
      assert.equal(picture.codec, 'video/H264');
      assert.deepEqual([picture.frameWidth, picture.frameHeight], VIDEO_PHONE_SIZE);
      assert.deepEqual(await barsSeenBy(visitor), ['red', 'green', 'blue']);
      assert.equal(await codecSentBy(visitor), 'video/H264');
      const seen = await phone.sees();
      assert.ok(isGreen(seen), 'the phone sees the green picture of the camera');
      // The picture of the camera has a clock.
      await eventually(
        'the phone sees a later picture',
        async () => !(await phone.sees()).data.equals(seen.data),
      );
      await Promise.all([visitor.hears(VIDEO_PHONE_TONE), phone.hears(visitor.tone)]);
      await visitor.hangUp();
    });
  },
);

async function codecSentBy(visitor: Visitor): Promise<unknown> {
  const stats = await visitor.stats();
  const sent = stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
  return stats.find(({ id }) => id === sent?.codecId)?.mimeType;
}

/** The strongest colour in the middle of each vertical third of the remote picture. */
async function barsSeenBy(visitor: Visitor): Promise<readonly string[]> {
  return await visitor.happens(() => {
    const video = document.querySelector('sip-call')?.shadowRoot?.querySelector('video[part=remote-video]');
    const pen = document.createElement('canvas').getContext('2d');
    if (!(video instanceof HTMLVideoElement) || !pen) return [];
    pen.drawImage(video, 0, 0, 300, 150);
    return [50, 150, 250].map(x => {
      const colours = [...pen.getImageData(x, 75, 1, 1).data.subarray(0, 3)];
      return ['red', 'green', 'blue'][colours.indexOf(Math.max(...colours))] ?? '';
    });
  });
}

/** Whether almost all pixels are mainly green. */
function isGreen({ width, height, data }: PNG): boolean {
  let green = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 1]! > 100 && data[at]! < 100 && data[at + 2]! < 100) green++;
  }
  return green > 0.95 * width * height;
}
