// The DTLS 1.2 handshake of one browser leg; the relay is the server (RFC 6347, RFC 5764). werift runs the
// handshake. This file gives werift only whole messages in order, verifies the client's proofs, and returns
// the SRTP keys. After that werift gets no more input, because renegotiation is not supported.

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
/**
 * The expected client messages by sequence number (RFC 6347 4.2.4, with a cookie and a client certificate).
 */
const expectedTypes = [clientHello, clientHello, 11, 16, 15];
const certificateSeq = 2;
const certificateVerifySeq = 4;
/** werift's flight numbers: the flight that it sent last. */
const sentServerHello = 4;
const sentFinished = 6;
/** The maximum of failed ClientHellos; each costs a key pair. */
const maxRestarts = 16;
/**
 * The maximum of repeated flights: a repeated client message of a few bytes makes the relay send a thousand.
 */
const maxRepeats = 24;

type HandshakeState = 'handshaking' | 'connected' | 'failed';

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
  #state: HandshakeState = 'handshaking';
  #denial: string | null = null;

  constructor(identity: ServerIdentity, expected: Fingerprint, events: HandshakeEvents) {
    this.#identity = identity;
    this.#expected = expected;
    this.#events = events;
    this.#server = this.#createServer();
  }

  get state(): HandshakeState {
    return this.#state;
  }

  /**
   * Why the last refused message was refused. A forged message is dropped, and the genuine one may follow.
   */
  get denial(): string | null {
    return this.#denial;
  }

  /** A datagram from an address that ICE has validated. Returns false when the datagram is of no use. */
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
    // Alerts are ignored: a plain alert does not prove its sender, and ICE consent detects the end of the
    // browser. ChangeCipherSpec adds nothing to the epoch.
    if (record.type === contentChangeCipherSpec || record.type === contentAlert) return true;
    if (record.type !== contentHandshake) return false;
    if (record.epoch === 1) return this.#encrypted(record.bytes);
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
    if (this.#finished !== null && this.#proved) this.#encrypted(this.#finished);
    if (order.next === before) this.#repeat(record.body);
    return true;
  }

  /**
   * The client's Finished. Before the client's flight is complete, it is kept; after the server's flight, a
   * repetition makes the server repeat that flight.
   */
  #encrypted(record: Buffer): boolean {
    if (record.length > 256) return false;
    if (this.#state === 'connected') {
      this.#sendAgain();
      return true;
    }
    this.#finished = this.#proved ? null : Buffer.from(record);
    if (!this.#proved) return true;
    this.#feed(record);
    // werift keeps fragments without a limit. A Finished needs no fragments, and messages of epoch 0 are
    // passed to werift whole.
    (this.#server as unknown as { bufferFragmentedHandshakes: unknown[] }).bufferFragmentedHandshakes = [];
    return true;
  }

  /** Our Finished was lost or late: the client repeats its last flight, which does not count as refused. */
  #isOfLastFlight(body: Buffer): boolean {
    if (body.length < messageHeader) return false;
    const seq = body.readUInt16BE(4);
    return seq >= certificateSeq && body[0] === expectedTypes[seq];
  }

  /**
   * The client repeated a flight that was answered, so the answer was lost: sends the answer again (RFC 6347
   * 4.2.4).
   */
  #repeat(body: Buffer): void {
    if (body[0] !== clientHello || body.readUInt16BE(4) >= this.#order.next) return;
    if (this.#server.dtls.flight >= sentServerHello) this.#sendAgain();
    else if (this.#firstHello !== null && this.#restarts++ < maxRestarts) this.#feed(this.#firstHello);
  }

  #sendAgain(): void {
    if (this.#repeats++ >= maxRepeats) return;
    for (const datagram of this.#server.dtls.lastMessage) this.#events.send(datagram);
  }

  /**
   * Passes the next message to werift if the message is valid. Returns false when the message must be
   * dropped.
   */
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
    if (seq === 1 && !this.#isProven(next))
      return this.#refuse('the ClientHello does not have the expected cookie');
    this.#feed(record);
    this.#proved = seq === certificateVerifySeq;
    return seq !== 1 || this.#server.dtls.flight >= sentServerHello;
  }

  /**
   * Whether the second ClientHello carries the server's cookie. When its contents differ from the first hello,
   * which may have come from a forged address, the handshake starts again with the contents of the second.
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
      // werift awaits the result in some places only, so the promise must not reject.
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
      // The server chooses, and counter mode is the faster profile here.
      srtpProfiles: [profiles.AES128_CM_SHA1_80.dtlsId, profiles.AEAD_AES_128_GCM.dtlsId],
      extendedMasterSecret: true,
      certificateRequest: true,
    });
    const handle = server.onHandleHandshakes;
    server.onHandleHandshakes = async assembled => {
      for (const { msg_type: type, fragment } of assembled) {
        if (type !== finishedMessage) continue;
        // werift does not compare verify_data (RFC 5246 7.4.9).
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

  /** Drops a failed ClientHello with the state that it created. An error after that ends the handshake. */
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
