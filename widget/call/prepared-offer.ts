// A connection, and what it is going to offer, before there is anything to send: made while somebody only points at the
// button, so that their press waits for the microphone alone. Until it is asked for its offer it looks for no way to
// the gateway, and nobody hears of it. Its DTLS certificate is its own, and so nobody is known again by that.

export type Kind = 'audio' | 'video';

/** What a call begins with. */
export interface OfferRequest {
  /** Shows the camera, and wants to see. */
  readonly video: boolean;
  /** Sends nothing. */
  readonly listen: boolean;
}

export class PreparedOffer {
  readonly connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #wish: OfferRequest;
  readonly #written: Promise<RTCSessionDescriptionInit>;

  constructor(wish: OfferRequest) {
    this.#wish = wish;
    const direction = wish.listen ? 'recvonly' : 'sendrecv';
    const kinds: readonly Kind[] = wish.video ? ['audio', 'video'] : ['audio'];
    for (const kind of kinds) this.connection.addTransceiver(kind, { direction });
    this.#written = this.connection.createOffer();
    // Whoever takes it hears of it.
    this.#written.catch(() => {});
  }

  serves({ video, listen }: OfferRequest): boolean {
    return video === this.#wish.video && listen === this.#wish.listen;
  }

  /**
   * SDP that offers `stream`, once that is had. Looks for ways to the gateway, by `servers` too: from now on when it
   * is `early`, else once there is a stream.
   */
  async offer(
    stream: Promise<MediaStream>,
    servers: () => Promise<RTCIceServer[]>,
    early: boolean,
  ): Promise<string> {
    if (!early) await stream;
    const iceServers = await servers();
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
    const sdp = await this.#settle(await this.#written);
    if (await this.#fill(await stream)) return sdp;
    // A camera that was wished for and not to be had.
    return await this.#settle(await this.connection.createOffer());
  }

  /** As it is at once: what ways were found until the visitor was heard is not for the offer to tell. */
  async #settle(offer: RTCSessionDescriptionInit): Promise<string> {
    await this.connection.setLocalDescription(offer);
    return this.connection.localDescription?.sdp ?? '';
  }

  /** False where a line now goes another way than was written down. */
  async #fill(stream: MediaStream): Promise<boolean> {
    let asWritten = true;
    for (const line of this.connection.getTransceivers()) {
      const track = stream.getTracks().find(({ kind }) => kind === line.receiver.track.kind);
      if (track) await line.sender.replaceTrack(track);
      else if (line.direction === 'sendrecv') {
        line.direction = 'recvonly';
        asWritten = false;
      }
    }
    return asWritten;
  }
}
