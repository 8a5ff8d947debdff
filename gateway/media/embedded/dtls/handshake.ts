// The DTLS 1.2 handshake of one browser leg, we being the server (RFC 6347, RFC 5764).
// werift carries it out; this file guards it on both sides: it feeds werift ordered,
// whole messages only, checks the client's proofs itself, and ends it for good once
// connected, for there is no renegotiation here. What comes out are SRTP keys.

import { DtlsServer } from 'werift';
import type { Fingerprint } from '../../sdp/plan.ts';
import { type MasterKey, profileOfDtlsId, profiles, type SrtpProfile } from '../srtp/profile.ts';
import { certificateIn, cookieIn, hasFingerprint, isFinishedOf, isSignedBy } from './peer-proof.ts';
import {
  type DtlsRecord,
  FlightOrder,
  type HandshakeMessage,
  messageHeader,
  readRecords,
  recordOf,
} from './records.ts';

export interface ServerIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface SrtpKeys {
  readonly profile: SrtpProfile;
  readonly local: MasterKey;
  readonly remote: MasterKey;
}

export interface HandshakeEvents {
  send(datagram: Buffer): void;
  connected(keys: SrtpKeys): void;
  failed(reason: string): void;
}

const contentChangeCipherSpec = 20;
const contentAlert = 21;
const contentHandshake = 22;
const finishedMessage = 20;
const clientHello = 1;
/** What a client's messages are, by sequence number (RFC 6347 4.2.4, with a cookie and a client certificate). */
const expectedTypes = [clientHello, clientHello, 11, 16, 15];
const certificateSeq = 2;
const certificateVerifySeq = 4;
/** werift's flight numbers: what it has sent last. */
const sentServerHello = 4;
const sentFinished = 6;
/** Hellos that came to nothing; each costs a key pair. */
const maxRestarts = 16;
/** Flights sent once more because the client's came once more: a few bytes ask for a thousand. */
const maxRepeats = 24;

type State = 'handshaking' | 'connected' | 'failed';

export class DtlsHandshake {
  readonly #identity: ServerIdentity;
  readonly #expected: Fingerprint;
  readonly #events: HandshakeEvents;
  #server: DtlsServer;
  #order = new FlightOrder();
  #feed: (record: Buffer) => void = () => {};
  #restarts = 0;
  #repeats = 0;
  #firstHello: Buffer | null = null;
  #certificate: Buffer | null = null;
  #proved = false;
  #finished: Buffer | null = null;
  #mute = false;
  #state: State = 'handshaking';
  #denial: string | null = null;

  constructor(identity: ServerIdentity, expected: Fingerprint, events: HandshakeEvents) {
    this.#identity = identity;
    this.#expected = expected;
    this.#events = events;
    this.#server = this.#createServer();
  }

  get state(): State {
    return this.#state;
  }

  /** Why the last message that was refused was refused: a forged one is dropped, and the true one may follow. */
  get denial(): string | null {
    return this.#denial;
  }

  /** A datagram from an address that ICE has validated. False when it was of no use. */
  receive(datagram: Buffer): boolean {
    if (this.#state === 'failed') return false;
    const records = readRecords(datagram);
    if (records === null) return false;
    let useful = false;
    for (const record of records) useful = this.#record(record) || useful;
    return useful;
  }

  /** Ends retransmission. */
  close(): void {
    this.#state = 'failed';
    this.#server.dtls.flight = sentFinished;
  }

  #record(record: DtlsRecord): boolean {
    // Alerts have no say: a plain one proves nothing about who sent it, and ICE consent
    // tells of the browser's end. ChangeCipherSpec says nothing that the epoch does not.
    if (record.type === contentChangeCipherSpec || record.type === contentAlert) return true;
    if (record.type !== contentHandshake) return false;
    if (record.epoch === 1) return this.#enciphered(record.bytes);
    if (record.epoch !== 0) return false;
    if (this.#state === 'connected') return this.#isOfLastFlight(record.body);
    const order = this.#order;
    if (!order.add(record.body)) return false;
    const before = order.next;
    for (let next = order.peek(); next !== null; next = order.peek()) {
      if (!this.#deliver(next)) {
        order.refuse();
        return false;
      }
      order.advance();
    }
    if (this.#finished !== null && this.#proved) this.#enciphered(this.#finished);
    if (order.next === before) this.#repeat(record.body);
    return true;
  }

  /** The client's Finished: before its flight is whole it waits; after ours, a repetition asks for ours again. */
  #enciphered(record: Buffer): boolean {
    if (record.length > 256) return false;
    if (this.#state === 'connected') {
      this.#sendAgain();
      return true;
    }
    this.#finished = this.#proved ? null : Buffer.from(record);
    if (!this.#proved) return true;
    this.#feed(record);
    // werift keeps fragments without bound. Nobody needs to fragment a Finished, and ours of epoch 0 are whole.
    (this.#server as unknown as { bufferFragmentedHandshakes: unknown[] }).bufferFragmentedHandshakes = [];
    return true;
  }

  /** Our Finished was lost or late: the client sends its flight once more, which is no refused packet. */
  #isOfLastFlight(body: Buffer): boolean {
    if (body.length < messageHeader) return false;
    const seq = body.readUInt16BE(4);
    return seq >= certificateSeq && body[0] === expectedTypes[seq];
  }

  /** A flight we answered already came once more: our answer was lost (RFC 6347 4.2.4). */
  #repeat(body: Buffer): void {
    if (body[0] !== clientHello || body.readUInt16BE(4) >= this.#order.next) return;
    if (this.#server.dtls.flight >= sentServerHello) this.#sendAgain();
    else if (this.#firstHello !== null && this.#restarts++ < maxRestarts) this.#feed(this.#firstHello);
  }

  #sendAgain(): void {
    if (this.#repeats++ >= maxRepeats) return;
    for (const datagram of this.#server.dtls.lastMessage) this.#events.send(datagram);
  }

  /** Hands the next message to werift if it may stand; false when it is to be dropped. */
  #deliver(next: HandshakeMessage): boolean {
    const { seq, type, body } = next;
    if (expectedTypes[seq] !== type) return this.#refuse(`unexpected handshake message ${type}`);
    if (seq === certificateSeq) {
      this.#certificate = certificateIn(body);
      if (this.#certificate === null || !hasFingerprint(this.#certificate, this.#expected)) {
        return this.#refuse('certificate does not match the fingerprint in the SDP');
      }
    }
    if (seq === certificateVerifySeq) {
      if (this.#certificate === null || !isSignedBy(this.#certificate, body, this.#transcript())) {
        return this.#refuse('the client does not hold the key of its certificate');
      }
    }
    const record = recordOf(next);
    if (seq === 0) this.#firstHello = record;
    if (seq === 1 && !this.#isProven(next)) return this.#refuse('a ClientHello without our cookie');
    this.#feed(record);
    this.#proved = seq === certificateVerifySeq;
    return seq !== 1 || this.#server.dtls.flight >= sentServerHello;
  }

  /**
   * Whether a second hello has our cookie. Its contents count: werift uses those of the first, which may have come from a
   * forged address.
   */
  #isProven({ type, body }: HandshakeMessage): boolean {
    const { cookie } = this.#server.dtls;
    const shown = cookieIn(body);
    if (cookie === undefined || shown === null || !cookie.equals(shown.cookie)) return false;
    const bare = Buffer.concat([body.subarray(0, shown.at), Buffer.alloc(1), body.subarray(shown.end)]);
    const first = recordOf({ seq: 0, type, body: bare });
    if (this.#firstHello?.equals(first)) return true;
    if (this.#restarts++ >= maxRestarts) return false;
    this.#firstHello = first;
    this.#server = this.#createServer();
    this.#server.dtls.cookie = cookie;
    // The client already has a HelloVerifyRequest.
    this.#mute = true;
    this.#feed(first);
    this.#mute = false;
    return true;
  }

  #refuse(denial: string): false {
    this.#denial = denial;
    return false;
  }

  #transcript(): Buffer {
    return Buffer.concat(this.#server.dtls.sortedHandshakeCache.map(handshake => handshake.serialize()));
  }

  #createServer(): DtlsServer {
    const transport = {
      type: 'ice',
      address: { address: '', port: 0, family: 'IPv4' },
      closed: false,
      onData: (_data: Buffer, _from: readonly [string, number]) => {},
      // werift awaits it in some places and not in others: it must not reject.
      send: async (data: Buffer) => {
        try {
          if (this.#state !== 'failed' && !this.#mute) this.#events.send(data);
        } catch (error) {
          this.#refuse(error instanceof Error ? error.message : String(error));
        }
      },
      close: async () => {},
    };
    const server = new DtlsServer({
      cert: this.#identity.certPem,
      key: this.#identity.keyPem,
      signatureHash: { hash: 4, signature: 3 },
      transport,
      // Ours is the choice, and counter mode is the quicker one here.
      srtpProfiles: [profiles.AES128_CM_SHA1_80.dtlsId, profiles.AEAD_AES_128_GCM.dtlsId],
      extendedMasterSecret: true,
      certificateRequest: true,
    });
    const handle = server.onHandleHandshakes;
    server.onHandleHandshakes = async assembled => {
      for (const { msg_type: type, fragment } of assembled) {
        if (type !== finishedMessage) continue;
        // werift compares no verify_data (RFC 5246 7.4.9).
        if (!this.#proved || !isFinishedOf(server.cipher.masterSecret, fragment, this.#transcript())) {
          this.#refuse('Finished does not verify');
          return;
        }
      }
      await handle(assembled);
    };
    server.onConnect.subscribe(() => this.#connected());
    server.onError.subscribe(error => this.#erred(server, error));
    this.#feed = record => {
      try {
        transport.onData(record, ['', 0]);
      } catch (error) {
        this.#erred(server, error);
      }
    };
    return server;
  }

  #connected(): void {
    if (this.#state !== 'handshaking') return;
    const profile = profileOfDtlsId(this.#server.srtp.srtpProfile);
    if (profile === null) {
      this.#fail('no SRTP profile in common');
      return;
    }
    const keys = this.#server.extractSessionKeys(16, profiles[profile].saltLength);
    this.#state = 'connected';
    this.#events.connected({
      profile,
      local: { key: keys.localKey, salt: keys.localSalt },
      remote: { key: keys.remoteKey, salt: keys.remoteSalt },
    });
  }

  /** A hello that cannot be served is dropped with all that came of it; later on, there is no way back. */
  #erred(server: DtlsServer, error: unknown): void {
    if (server !== this.#server || this.#state !== 'handshaking') return;
    const reason = error instanceof Error ? error.message : String(error);
    if (server.dtls.flight >= sentServerHello || this.#restarts++ >= maxRestarts) {
      this.#fail(`DTLS handshake: ${reason}`);
      return;
    }
    this.#refuse(reason);
    this.#order = new FlightOrder();
    this.#server = this.#createServer();
  }

  #fail(reason: string): void {
    this.close();
    this.#events.failed(reason);
  }
}
