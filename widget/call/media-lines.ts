// The media lines of one connection: the direction of each, and whether its track is enabled. To hold, or to start or
// stop video or voice, changes a direction and sends an offer (RFC 3264 8), one after the other; a refusal changes
// nothing. Does not depend on JsSIP.
import type { MediaKind } from './prepared-offer.ts';
import { type OfferingSession, type ReofferResult, reoffer } from './reoffer.ts';

/** What the lines need of their call. */
export interface LinesCall {
  session(): OfferingSession | undefined;
  muted(): boolean;
  /** The other side has ended the call (481 or 408). */
  gone(): void;
}

export class MediaLines {
  readonly #connection: RTCPeerConnection;
  readonly #call: LinesCall;
  /** Only one offer may be pending (RFC 3264 8). */
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #offering = false;
  #held = false;
  #heldByThem = false;
  /** Hold requests that are not answered yet; nothing is sent until they are. */
  #holding = 0;

  constructor(connection: RTCPeerConnection, call: LinesCall) {
    this.#connection = connection;
    this.#call = call;
  }

  /** Our offer is pending: an offer of the other side would cross it. */
  get offering(): boolean {
    return this.#offering;
  }

  /** Returns whether this is a hold: to a listener, sendonly is the direction that was requested. */
  holdByThem(on: boolean): boolean {
    this.#heldByThem = on && this.#lines.some(({ sender }) => sender.track?.kind === 'audio');
    this.updateTracks();
    return this.#heldByThem;
  }

  /** Sends and does not listen (RFC 3264 8.4), or back. */
  async hold(on: boolean): Promise<ReofferResult> {
    // After a press of "hold" the visitor must not be heard any more, whatever the other side answers.
    this.#holding++;
    this.updateTracks();
    const outcome = await this.#enqueue(async () => {
      if (on === this.#held) return 'agreed';
      this.#setHeld(on);
      const outcome = await this.#offerWithRetry();
      if (outcome !== 'agreed') this.#setHeld(!on);
      return outcome;
    });
    this.#holding--;
    this.updateTracks();
    return outcome;
  }

  /** Sends `track` where no track of its kind was sent. `refused`: it is not sent, and the caller may stop it. */
  send(track: MediaStreamTrack): Promise<ReofferResult> {
    return this.#enqueue(async () => {
      const existing = this.#line(track.kind);
      const line = existing ?? this.#connection.addTransceiver(track.kind);
      await line.sender.replaceTrack(track);
      this.updateTracks();
      this.#setDirection(line);
      const outcome = await this.#offerWithRetry();
      // An answer may refuse a single line (RFC 3264 6); the browser stops that line.
      if (outcome === 'agreed' && this.sends(track.kind as MediaKind)) return 'agreed';
      if (line.direction === 'stopped') return 'refused';
      await line.sender.replaceTrack(null);
      if (existing) this.#setDirection(line);
      // The other side has never seen this line: it must not be in the next offer.
      else line.stop();
      return outcome === 'gone' ? 'gone' : 'refused';
    });
  }

  /** A track of this kind is sent, and the other side accepts it. */
  sends(kind: MediaKind): boolean {
    return this.#lines.some(
      ({ sender, currentDirection }) => sender.track?.kind === kind && /^send/.test(currentDirection ?? ''),
    );
  }

  /** Stops sending this kind; if the other side refuses the offer, it is still not sent. */
  stop(kind: MediaKind): Promise<ReofferResult> {
    return this.#enqueue(async () => {
      const line = this.#line(kind);
      if (!line?.sender.track) return 'agreed';
      await line.sender.replaceTrack(null);
      this.#setDirection(line);
      return await this.#offerWithRetry();
    });
  }

  /** Restarts ICE (RFC 8839 4.4.1.1.1); refused while another offer is pending. */
  async restart(): Promise<ReofferResult> {
    return this.#waiting ? 'refused' : await this.#enqueue(() => this.#offer({ iceRestart: true }));
  }

  /** JsSIP enables tracks again after mute, and after the other side's hold: not while we hold. */
  updateTracks(): void {
    const enabled = !this.#held && !this.#heldByThem && !this.#holding;
    for (const { track } of this.#connection.getSenders()) {
      if (track) track.enabled = enabled && !(track.kind === 'audio' && this.#call.muted());
    }
  }

  get #lines(): RTCRtpTransceiver[] {
    return this.#connection.getTransceivers().filter(({ direction }) => direction !== 'stopped');
  }

  #line(kind: string): RTCRtpTransceiver | undefined {
    return this.#lines.find(({ receiver }) => receiver.track.kind === kind);
  }

  #setHeld(held: boolean): void {
    this.#held = held;
    for (const line of this.#lines) this.#setDirection(line);
  }

  #setDirection(line: RTCRtpTransceiver): void {
    const sends = Boolean(line.sender.track);
    line.direction = this.#held ? (sends ? 'sendonly' : 'inactive') : sends ? 'sendrecv' : 'recvonly';
  }

  /** RFC 3261 14.1: after a 491, the side that chose the Call-ID repeats its offer after 2.1 to 4 s. */
  async #offerWithRetry(): Promise<ReofferResult> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#offer();
      if (outcome !== 'crossed' || attempt === 3) return outcome;
      await new Promise(resolve => setTimeout(resolve, 2_100 + 10 * Math.floor(Math.random() * 191)));
    }
  }

  async #offer(options?: RTCOfferOptions): Promise<ReofferResult> {
    const session = this.#call.session();
    if (!session) return 'refused';
    this.#offering = true;
    const outcome = await reoffer(session, this.#connection, options).catch(() => 'refused' as const);
    this.#offering = false;
    if (outcome === 'gone') this.#call.gone();
    return outcome;
  }

  #enqueue(task: () => Promise<ReofferResult>): Promise<ReofferResult> {
    this.#waiting++;
    const done = this.#queue.then(task).finally(() => this.#waiting--);
    this.#queue = done.catch(() => {});
    return done;
  }
}
