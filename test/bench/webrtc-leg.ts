// A simulated browser for a relay: one UDP socket with ICE checks, DTLS and SRTP. For benches, and for tests
// that must send what no browser would. The DTLS client is werift's; the rest is the gateway's code from the
// other end.

import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { DtlsClient } from 'werift';
import { createCertificate, type RelayCertificate } from '../../gateway/media/embedded/dtls/certificate.ts';
import { profileOfDtlsId, profiles, type SrtpProfile } from '../../gateway/media/embedded/srtp/profile.ts';
import { createSrtpSession, type SrtpSession } from '../../gateway/media/embedded/srtp/session.ts';
import { readBinding, writeRequest } from '../../gateway/media/embedded/stun.ts';
import { bindUdp } from '../../gateway/media/embedded/udp.ts';
import { PATIENCE_MS } from '../support/eventually.ts';

const checkEveryMs = 50;
/** Chromium's interval once connected. */
const keepAliveMs = 2500;

export interface LegOptions {
  readonly address?: string;
  readonly profiles?: readonly SrtpProfile[];
  /**
   * The certificate shown to the relay. It differs from the fingerprint in the SDP when `sdpCertificate` is
   * given.
   */
  readonly certificate?: RelayCertificate;
  readonly sdpCertificate?: RelayCertificate;
  /** Changes the contents of the ClientHello. */
  readonly hello?: (client: DtlsClient) => void;
}

let shared: RelayCertificate | null = null;

export class WebRtcLeg {
  readonly socket: Socket;
  readonly ssrc = randomInt(1, 2 ** 32 - 1);
  readonly #options: LegOptions;
  readonly #certificate: RelayCertificate;
  #ufrag = randomBytes(6).toString('hex');
  #password = randomBytes(16).toString('hex');
  #remote = { ufrag: '', password: '', address: '', port: 0 };
  #dtls: DtlsClient | null = null;
  #srtp: SrtpSession | null = null;
  #checking: NodeJS.Timeout | null = null;
  #onDtls: (datagram: Buffer) => void = () => {};
  #checked: () => void = () => {};
  readonly #out = Buffer.alloc(2304);
  /** The number of answered checks. */
  answered = 0;
  /** Plain RTP from the relay: `packet[0, length)`. */
  onRtp: (packet: Buffer, length: number) => void = () => {};
  onRtcp: (packet: Buffer, length: number) => void = () => {};
  /** Every outgoing datagram passes here, and may be changed, dropped (null) or observed. */
  outgoing: (datagram: Buffer) => Buffer | null = datagram => datagram;

  static async open(options: LegOptions = {}): Promise<WebRtcLeg> {
    // Sends synchronously, without a look-up, because the buffer of an encrypted packet is reused.
    return new WebRtcLeg(await bindUdp(options.address ?? '127.0.0.1', 0), options);
  }

  private constructor(socket: Socket, options: LegOptions) {
    this.socket = socket;
    this.#options = options;
    shared ??= createCertificate(new Date());
    this.#certificate = options.certificate ?? shared;
    socket.on('message', datagram => this.#receive(datagram));
  }

  get relay(): { readonly address: string; readonly port: number } {
    return this.#remote;
  }

  /** An audio offer, with video on request; contains only what the relay reads. */
  offer(video = false): string {
    const transport = [
      'c=IN IP4 0.0.0.0',
      `a=ice-ufrag:${this.#ufrag}`,
      `a=ice-pwd:${this.#password}`,
      `a=fingerprint:sha-256 ${(this.#options.sdpCertificate ?? this.#certificate).fingerprint}`,
      'a=setup:actpass',
      'a=rtcp-mux',
    ];
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      `a=group:BUNDLE 0${video ? ' 1' : ''}`,
      'm=audio 9 UDP/TLS/RTP/SAVPF 0 8 126',
      ...transport,
      'a=mid:0',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=sendrecv',
      ...(video
        ? [
            'm=video 9 UDP/TLS/RTP/SAVPF 96',
            ...transport,
            'a=mid:1',
            'a=rtpmap:96 VP8/90000',
            'a=rtcp-fb:96 nack pli',
            'a=sendrecv',
          ]
        : []),
      '',
    ].join('\r\n');
  }

  /** New ICE credentials; the next offer and {@link heed} restart ICE. */
  restart(): void {
    this.#ufrag = randomBytes(6).toString('hex');
    this.#password = randomBytes(16).toString('hex');
  }

  /** Reads the relay's transport from its answer. */
  heed(answer: string): void {
    const value = (pattern: RegExp) => pattern.exec(answer)?.[1] ?? '';
    const [, address = '', port = '0'] =
      /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/im.exec(answer) ?? [];
    this.#remote = {
      ufrag: value(/^a=ice-ufrag:(\S+)/m),
      password: value(/^a=ice-pwd:(\S+)/m),
      address,
      port: Number(port),
    };
  }

  /** ICE only: resolves after an answered check. */
  async check(): Promise<void> {
    if (this.#checking !== null) clearInterval(this.#checking);
    const answered = new Promise<void>(resolve => {
      this.#checked = resolve;
    });
    this.sendCheck();
    this.#checking = setInterval(() => this.sendCheck(), checkEveryMs);
    await answered;
    clearInterval(this.#checking);
    this.#checking = setInterval(() => this.sendCheck(), keepAliveMs);
  }

  sendCheck(from: Socket = this.socket): void {
    const { ufrag, password, address, port } = this.#remote;
    const request = writeRequest({
      transaction: randomBytes(12),
      username: `${ufrag}:${this.#ufrag}`,
      password,
      nominate: true,
    });
    from.send(request, port, address);
  }

  /** ICE, then DTLS. Resolves when SRTP is ready, rejects after `timeoutMs`. */
  async connect(answer: string, timeoutMs?: number): Promise<void> {
    this.heed(answer);
    await this.check();
    await this.shakeHands(timeoutMs);
  }

  async shakeHands(timeoutMs = PATIENCE_MS): Promise<void> {
    const transport = {
      type: 'ice',
      address: { address: '', port: 0, family: 'IPv4' },
      closed: false,
      onData: (_data: Buffer, _from: readonly [string, number]) => {},
      send: async (data: Buffer) => this.send(data),
      close: async () => {},
    };
    const client = new DtlsClient({
      cert: this.#certificate.certPem,
      key: this.#certificate.keyPem,
      signatureHash: { hash: 4, signature: 3 },
      transport,
      srtpProfiles: (this.#options.profiles ?? (['AES128_CM_SHA1_80', 'AEAD_AES_128_GCM'] as const)).map(
        profile => profiles[profile].dtlsId,
      ),
      extendedMasterSecret: true,
    });
    this.#options.hello?.(client);
    this.#dtls = client;
    this.#onDtls = datagram => transport.onData(datagram, ['', 0]);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('DTLS did not finish')), timeoutMs);
      client.onConnect.subscribe(() => {
        clearTimeout(timer);
        resolve();
      });
      client.connect().catch(() => {});
    });
    const profile = profileOfDtlsId(client.srtp.srtpProfile);
    if (profile === null) throw new Error('no SRTP profile');
    const keys = client.extractSessionKeys(16, profiles[profile].saltLength);
    this.#srtp = createSrtpSession(
      profile,
      { key: keys.localKey, salt: keys.localSalt },
      { key: keys.remoteKey, salt: keys.remoteSalt },
    );
  }

  get profile(): SrtpProfile | null {
    return this.#srtp?.profile ?? null;
  }

  /** Encrypts a packet into a buffer that the next call overwrites. */
  seal(packet: Buffer): Buffer {
    return this.#out.subarray(0, this.#srtp!.sender.rtp(packet, 0, packet.length, this.#out));
  }

  sendRtp(packet: Buffer): void {
    this.send(this.seal(packet));
  }

  sendRtcp(packet: Buffer): void {
    this.send(this.#out.subarray(0, this.#srtp!.sender.rtcp(packet, this.#out)));
  }

  send(datagram: Buffer): void {
    const changed = this.outgoing(datagram);
    if (changed !== null) this.socket.send(changed, this.#remote.port, this.#remote.address);
  }

  /** Sends no more checks, as after the browser's tab is closed. */
  fallSilent(): void {
    if (this.#checking !== null) clearInterval(this.#checking);
  }

  close(): void {
    this.fallSilent();
    // A flight number beyond the last one stops werift's repetitions.
    if (this.#dtls !== null) this.#dtls.dtls.flight = 9;
    this.#onDtls = () => {};
    this.outgoing = () => null;
    this.socket.close();
  }

  #receive(datagram: Buffer): void {
    const first = datagram[0] ?? 255;
    if (first < 4) {
      if (readBinding(datagram)?.kind !== 'success') return;
      this.answered++;
      this.#checked();
    } else if (first < 64) this.#onDtls(datagram);
    else if (this.#srtp !== null && first >= 128) {
      if (datagram[1]! >= 192 && datagram[1]! <= 223) {
        const length = this.#srtp.receiver.rtcp(datagram);
        if (length > 0) this.onRtcp(datagram, length);
      } else {
        const length = this.#srtp.receiver.rtp(datagram);
        if (length > 0) this.onRtp(datagram, length);
      }
    }
  }
}
