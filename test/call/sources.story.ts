// A PBX that changes what it sends from: to music on hold and back, to another timeline, to another port. Heard in
// Chromium and in Firefox, at an address that is not loopback, with figures that stay right.

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { launchChromium } from '../support/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { launchFirefox } from '../support/firefox.ts';
import { MirrorPbx } from '../support/mirror-pbx.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

const launched = { Chromium: launchChromium, Firefox: launchFirefox } as const;
const visitors = new Map<string, Visitor>();
let line: Line;
let pbx: MirrorPbx;

/** What each turn makes of the sound that came: its SSRC, and how far its numbers and timestamps are moved. */
const turns = [
  { ssrc: 0x0a0a0a0a, seq: 0, stamp: 0 },
  { ssrc: 0x0b0b0b0b, seq: 30_000, stamp: 2_000_000_000 },
  { ssrc: 0x0a0a0a0a, seq: 0, stamp: 0 },
  { ssrc: 0x0a0a0a0a, seq: 20_000, stamp: 3_500_000_000 },
];

stories(
  'A PBX changes its source',
  [],
  async office => {
    const gatewayAddress = Object.values(networkInterfaces())
      .flat()
      .find(entry => entry?.family === 'IPv4' && !entry.internal)?.address;
    assert.ok(gatewayAddress, 'this machine has an address besides loopback');
    const first = office.addressOf(22);
    pbx = office.add(await MirrorPbx.start(first));
    line = await office.line({ first, gatewayAddress });
    for (const [name, launch] of Object.entries(launched))
      visitors.set(name, await office.visitor(520, launch));
  },
  story => {
    for (const name of Object.keys(launched)) {
      story(`${name} hears A, then B, then A again, and another timeline, as one sound`, async () => {
        const visitor = visitors.get(name)!;
        pbx.alter = () => {};
        await visitor.open(line.pageFor('director'));
        await visitor.call();
        await pbx.answers();
        await visitor.waitFor('in-call');
        for (const { ssrc, seq, stamp } of turns) {
          pbx.alter = packet => {
            packet.writeUInt16BE((packet.readUInt16BE(2) + seq) & 0xffff, 2);
            packet.writeUInt32BE((packet.readUInt32BE(4) + stamp) >>> 0, 4);
            packet.writeUInt32BE(ssrc, 8);
          };
          const before = await received(visitor);
          await eventually('two seconds of it have come', async () => {
            const { packets } = await received(visitor);
            if (packets >= before.packets + 100) return true;
            throw new Error(`${packets - before.packets} packets`);
          });
          await visitor.hears(visitor.tone);
          await visitor.seesQuality(/^Good sound$/);
          assert.equal((await received(visitor)).sources, 1);
        }
        await visitor.hangUp();
        pbx.sip.respond(await pbx.sip.request('BYE'), '200 OK');
      });
    }

    story('what comes from another port than the PBX named is heard', async () => {
      const visitor = visitors.get('Chromium')!;
      pbx.alter = () => {};
      pbx.fromOtherPort = true;
      await visitor.open(line.pageFor('director'));
      await visitor.call();
      await pbx.answers();
      await visitor.waitFor('in-call');
      await visitor.hears(visitor.tone);
      await visitor.hangUp();
      pbx.sip.respond(await pbx.sip.request('BYE'), '200 OK');
    });
  },
);

async function received(visitor: Visitor): Promise<{ packets: number; sources: number }> {
  const streams = (await visitor.stats()).filter(
    ({ type, kind }) => type === 'inbound-rtp' && kind === 'audio',
  );
  return {
    packets: streams.reduce((sum, { packetsReceived }) => sum + Number(packetsReceived ?? 0), 0),
    sources: streams.filter(({ packetsReceived }) => Number(packetsReceived ?? 0) > 0).length,
  };
}
