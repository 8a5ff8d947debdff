// The media of a call in the soak: none, or a browser leg with ICE, DTLS and SRTP over the same kind of link;
// the PBX echoes its packets.

import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import type { LossyLink } from '../lossy-link.ts';

/** Packets of 20 ms, and how many of them must return: the link loses some in both directions. */
const PACKETS = 100;
const ENOUGH = 0.85;
const CONNECT_MS = 10_000;

export interface CallMedia {
  readonly offer: string;
  /** Sends audio over the transport of this answer. Returns an error, if any. */
  talk(answer: string): Promise<string | undefined>;
  close(): void;
}

/** An offer without media. */
export function withoutMedia(offer: string): CallMedia {
  return { offer, talk: async () => undefined, close() {} };
}

export async function withMedia(link: LossyLink): Promise<CallMedia> {
  const leg = await WebRtcLeg.open();
  const send = (datagram: Buffer) => {
    // The buffer of an encrypted packet is reused.
    const copy = Buffer.from(datagram);
    link.carry(() => {
      if (!closed) leg.socket.send(copy, leg.relay.port, leg.relay.address);
    });
    return null;
  };
  let closed = false;
  leg.outgoing = send;
  return {
    offer: leg.offer(),
    async talk(answer) {
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>(resolve => {
        timer = setTimeout(resolve, CONNECT_MS, 'not connected in time');
      });
      const connected = leg.connect(body, CONNECT_MS).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const trouble = await Promise.race([connected, late]);
      clearTimeout(timer);
      if (trouble !== undefined) return `no audio: ${trouble}`;
      let back = 0;
      leg.onRtp = () => back++;
      for (let seq = 0; seq < PACKETS; seq++) {
        leg.sendRtp(packet(leg.ssrc, seq));
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      return back >= PACKETS * ENOUGH ? undefined : `audio lost: ${back} of ${PACKETS} packets came back`;
    },
    close() {
      closed = true;
      leg.close();
    },
  };
}

function packet(ssrc: number, seq: number): Buffer {
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(seq + 1, 2);
  packet.writeUInt32BE(seq * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}
