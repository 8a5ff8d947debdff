import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { RtpHeader, SrtcpSession, SrtpSession as WeriftSession } from 'werift';
import { AesCounterMode } from '../../../gateway/media/embedded/srtp/aes-cm.ts';
import { Gcm } from '../../../gateway/media/embedded/srtp/gcm.ts';
import { HmacSha1 } from '../../../gateway/media/embedded/srtp/hmac-sha1.ts';
import {
  deriveSessionKeys,
  profiles,
  type SrtpProfile,
} from '../../../gateway/media/embedded/srtp/profile.ts';
import { createSrtpSession, type SrtpSession } from '../../../gateway/media/embedded/srtp/session.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const both: readonly SrtpProfile[] = ['AES128_CM_SHA1_80', 'AEAD_AES_128_GCM'];

function rtp(seq: number, payload: Buffer, ssrc = 0x11223344): Buffer {
  const packet = Buffer.alloc(12 + payload.length);
  packet[0] = 0x80;
  packet.writeUInt16BE(seq & 0xffff, 2);
  packet.writeUInt32BE(seq * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  payload.copy(packet, 12);
  return packet;
}

/** A pair of sessions that exchange packets. */
function pair(profile: SrtpProfile): [SrtpSession, SrtpSession] {
  const master = () => ({ key: randomBytes(16), salt: randomBytes(profiles[profile].saltLength) });
  const [a, b] = [master(), master()];
  return [createSrtpSession(profile, a, b), createSrtpSession(profile, b, a)];
}

function seal(session: SrtpSession, packet: Buffer): Buffer {
  const out = Buffer.alloc(2304);
  return Buffer.from(out.subarray(0, session.sender.rtp(packet, 0, packet.length, out)));
}

describe('SRTP by the RFCs', () => {
  it('generates the keystream of RFC 3711 B.2', () => {
    const cipher = new AesCounterMode(
      hex('2B7E151628AED2A6ABF7158809CF4F3C'),
      hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
    );
    const out = Buffer.alloc(48);
    cipher.apply(Buffer.alloc(48), 0, 48, out, 0, 0, 0, 0);
    assert.deepEqual(
      out,
      hex(
        'E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0',
      ),
    );
  });

  it('derives the session keys of RFC 3711 B.3', () => {
    const keys = deriveSessionKeys(
      { key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'), salt: hex('0EC675AD498AFEEBB6960B3AABE6') },
      'rtp',
    );
    assert.deepEqual(keys.key, hex('C61E7A93744F39EE10734AFE3FF7A087'));
    assert.deepEqual(keys.salt, hex('30CBBC08863D8C85D49DB34A9AE1'));
    assert.deepEqual(keys.authKey, hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  });

  it('hashes like node:crypto, for every length up to three blocks', () => {
    const key = randomBytes(20);
    const mine = new HmacSha1(key);
    for (let length = 0; length <= 200; length++) {
      const data = randomBytes(length + 3);
      mine.update(data, 3, data.length, 0xdeadbeef);
      const theirs = createHmac('sha1', key).update(data.subarray(3)).update(hex('deadbeef')).digest();
      assert.deepEqual(Buffer.from(mine.tag), theirs, `length ${length}`);
    }
  });

  const quid = {
    key: hex('000102030405060708090a0b0c0d0e0f'),
    authKey: Buffer.alloc(0),
    salt: hex('517569642070726f2071756f'),
  };

  it('encrypts the SRTP packet of RFC 7714 16.1.1, and decrypts it again', () => {
    const plain = Buffer.concat([
      hex('8040f17b8041f8d35501a0b2'),
      Buffer.from('Gallia est omnis divisa in partes tres'),
    ]);
    const sealed = hex(`8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
      0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`);
    const gcm = new Gcm(quid, quid);
    const out = Buffer.alloc(200);
    const length = gcm.sealRtp(plain, 0, plain.length, 12, 0x5501a0b2, 0, 0xf17b, out);
    assert.deepEqual(out.subarray(0, length), sealed);
    assert.equal(gcm.openRtp(sealed, 12, 0x5501a0b2, 0, 0xf17b), plain.length);
    assert.deepEqual(sealed.subarray(0, plain.length), plain);
  });

  it('encrypts the SRTCP packet of RFC 7714 17.1', () => {
    const plain = hex(`81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
      deadbeef deadbeef deadbeef deadbeef deadbeef`);
    const sealed = hex(`81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
      c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`);
    const gcm = new Gcm(quid, quid);
    const out = Buffer.alloc(200);
    const length = gcm.sealRtcp(plain, 0x4d617273, 0x5d4, out);
    assert.deepEqual(out.subarray(0, length), sealed);
    assert.equal(gcm.rtcpIndex(sealed), 0x5d4);
    assert.equal(gcm.openRtcp(sealed, 0x4d617273, 0x5d4), plain.length);
    assert.deepEqual(sealed.subarray(0, plain.length), plain);
  });
});

for (const profile of both) {
  describe(`SRTP ${profile}`, () => {
    it('is compatible with werift in both directions, RTP and RTCP', () => {
      const { saltLength, dtlsId } = profiles[profile];
      const [ours, theirs] = [
        { key: randomBytes(16), salt: randomBytes(saltLength) },
        { key: randomBytes(16), salt: randomBytes(saltLength) },
      ];
      const mine = createSrtpSession(profile, ours, theirs);
      const config = {
        keys: {
          localMasterKey: theirs.key,
          localMasterSalt: theirs.salt,
          remoteMasterKey: ours.key,
          remoteMasterSalt: ours.salt,
        },
        profile: dtlsId,
      };
      const werift = new WeriftSession(config);
      const payload = randomBytes(160);
      for (let seq = 65530; seq < 65545; seq++) {
        const packet = rtp(seq, payload);
        assert.deepEqual(werift.decrypt(seal(mine, packet)).subarray(0, 172), packet);
        const header = RtpHeader.deSerialize(packet);
        const sealed = Buffer.from(werift.encrypt(payload, header));
        const length = mine.receiver.rtp(sealed);
        assert.deepEqual(sealed.subarray(0, length), packet);
      }
      const rtcp = new SrtcpSession(config);
      const report = hex('80c90001 11223344 81ce0002 11223344 55667788');
      const out = Buffer.alloc(200);
      for (let i = 0; i < 3; i++) {
        const length = mine.sender.rtcp(report, out);
        assert.deepEqual(rtcp.decrypt(Buffer.from(out.subarray(0, length))), report);
        const sealed = Buffer.from(rtcp.encrypt(report));
        assert.deepEqual(sealed.subarray(0, mine.receiver.rtcp(sealed)), report);
      }
    });

    it('refuses every packet with one changed bit, and every shortened one', () => {
      const [from, to] = pair(profile);
      const sealed = seal(from, rtp(1, randomBytes(20)));
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const bad = Buffer.from(sealed);
        bad[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(to.receiver.rtp(bad), -1, `bit ${bit}`);
      }
      for (let length = 0; length < sealed.length; length++) {
        assert.equal(to.receiver.rtp(Buffer.from(sealed.subarray(0, length))), -1, `length ${length}`);
      }
      assert.equal(to.receiver.rtp(sealed), 32);
    });

    it('accepts a packet once, and late ones within its window in any order', () => {
      const [from, to] = pair(profile);
      const sealed = new Map<number, Buffer>();
      for (let seq = 100; seq < 1300; seq++) sealed.set(seq, seal(from, rtp(seq, Buffer.alloc(4))));
      const receive = (seq: number) => to.receiver.rtp(Buffer.from(sealed.get(seq)!));
      assert.equal(receive(100), 16);
      assert.equal(receive(100), -1);
      assert.equal(receive(1250), 16);
      assert.equal(receive(1000), 16);
      assert.equal(receive(1000), -1);
      assert.equal(receive(227), 16);
      assert.equal(receive(226), -1, 'older than the window');
      assert.equal(receive(1299), 16);
      assert.equal(receive(1250), -1);
    });

    it('follows the roll-over counter, also backwards', () => {
      const [from, to] = pair(profile);
      const early = seal(from, rtp(65534, Buffer.alloc(4)));
      const last = seal(from, rtp(65535, Buffer.alloc(4)));
      const first = seal(from, rtp(0, Buffer.alloc(4)));
      assert.equal(to.receiver.rtp(early), 16);
      assert.equal(to.receiver.rtp(first), 16);
      assert.equal(to.receiver.rtp(last), 16);
      for (let seq = 1; seq < 3 * 65536; seq += 20_000) {
        assert.equal(to.receiver.rtp(seal(from, rtp(seq, Buffer.alloc(4)))), 16, `seq ${seq}`);
      }
    });

    it('continues without a gap when a sender restarts its numbers', () => {
      const [from, to] = pair(profile);
      for (let seq = 5000; seq < 5010; seq++) to.receiver.rtp(seal(from, rtp(seq, Buffer.alloc(4))));
      for (let seq = 10; seq < 20; seq++) {
        const sealed = seal(from, rtp(seq, Buffer.alloc(4)));
        assert.equal(to.receiver.rtp(sealed), 16);
        assert.equal(sealed.readUInt16BE(2), 5000 + seq);
      }
    });

    it('limits the number of remembered sources', () => {
      const [from, to] = pair(profile);
      let taken = 0;
      for (let ssrc = 1; ssrc < 200; ssrc++) {
        if (to.receiver.rtp(seal(from, rtp(1, Buffer.alloc(4), ssrc))) > 0) taken++;
      }
      assert.equal(taken, 64);
    });
  });
}
