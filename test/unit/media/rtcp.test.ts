// RTCP between two sides that use different numbers for the same streams.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReceiverReports } from '../../../gateway/media/embedded/receiver-reports.ts';
import type { Reception } from '../../../gateway/media/embedded/rtcp.ts';
import { RtcpTranslator } from '../../../gateway/media/embedded/rtcp.ts';
import { isCompound } from '../../../gateway/media/embedded/rtp.ts';
import { SteadyStream } from '../../../gateway/media/embedded/steady-stream.ts';

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
};
const head = (count: number, type: number, length: number) =>
  ((0x80 | count) << 24) | (type << 16) | (length - 1);
const senderReport = (ssrc: number, stamp: number, ...blocks: number[]) =>
  words(head(blocks.length / 6, 200, 7 + blocks.length), ssrc, 0xaaaa, 0xbbbb, stamp, 1, 2, ...blocks);
const receiverReport = (ssrc: number, ...blocks: number[]) =>
  words(head(blocks.length / 6, 201, 2 + blocks.length), ssrc, ...blocks);
const block = (ssrc: number, highest: number, fraction = 0) => [ssrc, fraction << 24, highest, 7, 8, 9];

/** A stream that has forwarded ten packets of `source`, from `seq` on. */
function streamOf(source: number, seq: number, stamp = 1000): SteadyStream {
  const stream = new SteadyStream();
  feed(stream, source, seq, stamp);
  return stream;
}

/** Feeds the stream's packets. Returns the number of the last one as it was sent. */
function feed(stream: SteadyStream, source: number, seq: number, stamp = 1000): number {
  const packet = Buffer.alloc(172);
  packet[0] = 0x80;
  for (let i = 0; i < 10; i++) {
    packet.writeUInt16BE((seq + i) & 0xffff, 2);
    packet.writeUInt32BE(stamp + i * 160, 4);
    packet.writeUInt32BE(source, 8);
    stream.follow(packet, 0, packet.length, 1000 + i * 20, 8000, true);
  }
  return packet.readUInt16BE(2);
}

const pbx = 0x0b0b0b0b;
const browser = 0x0a0a0a0a;

function scene() {
  const own = streamOf(pbx, 400);
  const received = new SteadyStream();
  const last = feed(received, browser, 65_530);
  const translator = new RtcpTranslator('name');
  const out = Buffer.alloc(2048);
  const translate = (...parts: Buffer[]) => {
    const packet = Buffer.concat(parts);
    assert.ok(isCompound(packet, packet.length));
    const length = translator.translate(packet, packet.length, { own, received }, out);
    const written = Buffer.from(out.subarray(0, length));
    if (length > 0) assert.ok(isCompound(written, length), written.toString('hex'));
    return written;
  };
  return { own, received, last, translator, translate };
}

describe('RTCP across the relay', () => {
  it('a sender report becomes one of the relay stream: its source, timestamp and counts', () => {
    const { own, translate } = scene();
    const written = translate(senderReport(pbx, 2440));
    assert.deepEqual(
      written.subarray(0, 28),
      words(head(0, 200, 7), own.ssrc, 0xaaaa, 0xbbbb, 2440, 10, 1600),
    );
    // RFC 3550 6.1: the SSRC that it describes.
    assert.deepEqual(written.subarray(28, 36), words(head(1, 202, 4), own.ssrc));
    assert.equal(written.subarray(36).toString('latin1'), '\x01\x04name\0\0');
  });

  it('timestamps follow the stream after a change of source', () => {
    const { own, translate } = scene();
    feed(own, 0x0c0c0c0c, 9000, 500_000);
    assert.equal(translate(senderReport(pbx, 2440)).length, 0);
    const stamp = translate(senderReport(0x0c0c0c0c, 500_000)).readUInt32BE(16);
    assert.ok(Math.abs(stamp - 2600) < 2, `${stamp}`);
  });

  it('a block about the relay stream goes to its sender, with its numbers; blocks about other streams are dropped', () => {
    const { own, received, last, translate } = scene();
    const written = translate(receiverReport(pbx, ...block(77, 5), ...block(received.ssrc, last, 64)));
    const expected = words(head(1, 201, 8), own.ssrc, ...block(browser, 65_539, 64));
    assert.deepEqual(written.subarray(0, 32), expected);
    assert.equal(translate(receiverReport(pbx, ...block(77, 5))).length, 0);
  });

  it('a block about an earlier source is dropped', () => {
    const { received, last, translate } = scene();
    feed(received, 0x0d0d0d0d, 20);
    assert.equal(translate(receiverReport(pbx, ...block(received.ssrc, last))).length, 0);
  });

  it('NACK and picture requests of the browser go to the PBX with the numbers of the PBX', () => {
    const { own, received, last, translate } = scene();
    const report = receiverReport(pbx);
    const nack = words(head(1, 205, 4), pbx, received.ssrc, ((last - 3) << 16) | 0x0005);
    assert.deepEqual(
      translate(report, nack).subarray(-16),
      words(head(1, 205, 4), own.ssrc, browser, ((65_536 & 0xffff) << 16) | 0x0005),
    );
    const pli = words(head(1, 206, 3), pbx, received.ssrc);
    assert.deepEqual(translate(report, pli).subarray(-12), words(head(1, 206, 3), own.ssrc, browser));
    const fir = words(head(4, 206, 7), pbx, 0, 55, 0x01000000, received.ssrc, 0x02000000);
    assert.deepEqual(
      translate(report, fir).subarray(-20),
      words(head(4, 206, 5), own.ssrc, 0, browser, 0x02000000),
    );
  });

  for (const [what, parts] of [
    ['BYE', [words(head(1, 203, 2), pbx)]],
    ['APP', [words(head(0, 204, 3), pbx, 0x41414141)]],
    ['XR', [words(head(0, 207, 2), pbx)]],
    ['feedback about unknown streams', [words(head(1, 206, 3), pbx, 99)]],
    ['REMB', [words(head(15, 206, 5), pbx, 0, 0x52454d42, 0)]],
    ['transport-wide feedback', [words(head(15, 205, 5), pbx, browser, 0, 0)]],
    ['a report cut off inside a block', [words(head(1, 201, 4), pbx, 1, 2)]],
    ['a sender report without its body', [words(head(0, 200, 2), pbx)]],
    ['a NACK without entries', [words(head(1, 205, 3), pbx, browser)]],
  ] as const) {
    it(`${what} is dropped`, () => {
      const { translate } = scene();
      assert.equal(translate(receiverReport(pbx), ...parts).length, 0);
      const kept = translate(senderReport(pbx, 2440), ...parts);
      assert.equal(kept.length, 28 + 16);
    });
  }

  it('writes an empty report for a path that must stay open', () => {
    const { own, translator } = scene();
    const out = Buffer.alloc(64);
    const length = translator.empty(own, out);
    assert.ok(isCompound(out, length));
    assert.deepEqual(out.subarray(0, 8), words(head(0, 201, 2), own.ssrc));
  });
});

describe('what a side reports about reception', () => {
  const block = (highest: number, fraction = 0, blocks = 1, writesBlocks = false): Reception => ({
    ...{ blocks, highest, fraction, writesBlocks },
  });
  const empty = block(-1, 0, 0);
  const asterisk = block(-1, 0, 0, true);

  function reported(reports: readonly Reception[], sent: number): ReceiverReports {
    const reception = new ReceiverReports();
    reports.forEach((report, i) => {
      reception.received(report, (i + 1) * sent, i * 5000);
    });
    return reception;
  }

  for (const [what, reports, since] of [
    ['no block from a side that has written blocks', [block(9), empty, empty], 0],
    ['no block from an Asterisk', [asterisk, asterisk], 0],
    ['a highest number that does not move', [block(9), block(9), block(9)], 0],
    ['all packets lost', [block(9), block(10, 255), block(11, 255)], 0],
    ['a block missing after earlier ones', [block(9), block(200), empty, empty], 5000],
  ] as const) {
    it(`${what}, while the relay sends, means nothing received since the report before`, () => {
      const reception = reported(reports, 250);
      assert.equal(reception.deafSince(15_000), since);
      reception.received(block(500), 2000, 20_000);
      assert.ok(Number.isNaN(reception.deafSince(20_000)));
    });
  }

  for (const [what, reports, sent] of [
    ['a highest number that moves', [block(9), block(200), block(300)], 250],
    ['half of all lost', [block(9), block(200, 128), block(300, 128)], 250],
    ['nothing sent', [block(9), block(9), block(9)], 0],
    ['reports about other streams', [block(-1, 0, 2), block(-1, 0, 2)], 250],
    ['no block, ever', Array.from({ length: 20 }, () => empty), 250],
  ] as const) {
    it(`${what} is no evidence`, () => {
      assert.ok(Number.isNaN(reported(reports, sent).deafSince(reports.length * 5000)));
    });
  }

  it('at a new address another program may report, which never writes blocks', () => {
    const reception = reported([block(9), empty, empty], 250);
    reception.moved(750);
    for (const i of [4, 5, 6]) reception.received(empty, i * 250, i * 5000);
    assert.ok(Number.isNaN(reception.deafSince(30_000)));
  });

  it('reports that have ceased are no evidence any more', () => {
    const reception = reported([asterisk, asterisk], 250);
    assert.equal(reception.deafSince(34_999), 0);
    assert.ok(Number.isNaN(reception.deafSince(35_000)));
  });

  it('an Asterisk is recognized by its CNAME, a UUID', () => {
    const compound = (name: string) => {
      const items = Buffer.alloc(Math.ceil((name.length + 3) / 4) * 4);
      items.set([1, name.length]);
      items.write(name, 2, 'latin1');
      return [receiverReport(pbx), words(head(1, 202, 2 + items.length / 4), pbx), items];
    };
    for (const [name, known] of [
      ['0d3dba0e-55bc-4f7b-9f3e-9dba1c0a1a77', true],
      ['0d3dba0e-55bc-4f7b-9f3e-9dba1c0a1a7z', false],
      ['0d3dba0e-55bc-4f7b-9f3e-9dba1c0a1a7', false],
      ['pbx@192.0.2.10', false],
    ] as const) {
      const { translate, translator } = scene();
      translate(...compound(name));
      assert.equal(translator.reception.writesBlocks, known, name);
    }
  });
});
