// Video: the visitor's camera goes through the gateway to Asterisk's Echo and comes back as a picture.

import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

let visitor: Visitor;
let line: Line;

stories(
  'A video call',
  [22],
  async office => {
    visitor = await office.visitor();
    line = await office.line({ first: office.addressOf(22) });
  },
  story => {
    story("VP8 comes back from Asterisk 22's Echo, and its frames are decoded", async () => {
      await visitor.open(line.pageFor('echo', { video: '' }));
      await visitor.call();
      await visitor.waitFor('in-call');
      const picture = await eventually('30 frames are decoded', async () => {
        const stats = await visitor.stats();
        const video = stats.find(entry => entry.type === 'inbound-rtp' && entry.kind === 'video');
        const codec = stats.find(entry => entry.id === video?.codecId);
        const frames = Number(video?.framesDecoded ?? 0);
        if (frames < 30) throw new Error(`${frames} frames, ${video?.packetsReceived ?? 0} packets`);
        return { codec: codec?.mimeType, width: video?.frameWidth };
      });
      assert.equal(picture.codec, 'video/VP8');
      assert.ok(Number(picture.width) > 0);
      // The sound that goes with it comes back too.
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
    });
  },
);
