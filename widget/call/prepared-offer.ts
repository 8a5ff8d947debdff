// A connection and its offer, prepared while the visitor only points at the button, so that a press waits for the
// microphone only. Until the offer is requested, no candidates are gathered and nothing is sent. Each connection has
// its own DTLS certificate, so that a certificate identifies no visitor.

export type MediaKind = 'audio' | 'video';

/** What a call starts with. */
export interface OfferRequest {
  /** Sends the camera, and receives video. */
  readonly video: boolean;
  /** Sends nothing. */
  readonly listen: boolean;
}

export class PreparedOffer {
  readonly connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #request: OfferRequest;
  readonly #initialOffer: Promise<RTCSessionDescriptionInit>;

  constructor(request: OfferRequest) {
    this.#request = request;
    const direction = request.listen ? 'recvonly' : 'sendrecv';
    const kinds: readonly MediaKind[] = request.video ? ['audio', 'video'] : ['audio'];
    for (const kind of kinds) this.connection.addTransceiver(kind, { direction });
    this.#initialOffer = this.connection.createOffer();
    // `offer` reports this rejection.
    this.#initialOffer.catch(() => {});
  }

  fits({ video, listen }: OfferRequest): boolean {
    return video === this.#request.video && listen === this.#request.listen;
  }

  /**
   * Resolves with the SDP that offers `stream`. Gathers candidates, with `servers` too: from now on with `gatherEarly`,
   * otherwise once there is a stream.
   */
  async offer(
    stream: Promise<MediaStream>,
    servers: () => Promise<RTCIceServer[]>,
    gatherEarly: boolean,
  ): Promise<string> {
    if (!gatherEarly) await stream;
    const iceServers = await servers();
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
    const sdp = await this.#setLocal(await this.#initialOffer);
    if (await this.#attach(await stream)) return sdp;
    // A requested camera is not available.
    return await this.#setLocal(await this.connection.createOffer());
  }

  /**
   * The SDP without waiting: candidates that were gathered before the microphone is allowed must not be in the offer.
   */
  async #setLocal(offer: RTCSessionDescriptionInit): Promise<string> {
    await this.connection.setLocalDescription(offer);
    return this.connection.localDescription?.sdp ?? '';
  }

  /** False when the direction of a line is no longer as in the prepared offer. */
  async #attach(stream: MediaStream): Promise<boolean> {
    let unchanged = true;
    for (const line of this.connection.getTransceivers()) {
      const track = stream.getTracks().find(({ kind }) => kind === line.receiver.track.kind);
      if (track) await line.sender.replaceTrack(track);
      else if (line.direction === 'sendrecv') {
        line.direction = 'recvonly';
        unchanged = false;
      }
    }
    return unchanged;
  }
}
