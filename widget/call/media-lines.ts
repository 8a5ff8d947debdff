// The lines of one connection: which way each goes, and whether anything is let through. What the visitor holds,
// shows or says in mid-call becomes a direction and an offer (RFC 3264 8), one after the other; a no leaves all as it
// was. Knows nothing of JsSIP.
import type { Kind } from './prepared-offer.ts';
import { type OfferingSession, type ReofferResult, reoffer } from './reoffer.ts';

/** Of the call, as far as it concerns its lines. */
export interface LinesCall {
  session(): OfferingSession | undefined;
  muted(): boolean;
  /** The other side no longer knows it. */
  gone(): void;
}

export class MediaLines {
  readonly #connection: RTCPeerConnection;
  readonly #call: LinesCall;
  /** Only one offer may be under way (RFC 3264 8). */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #offering = false;
  #held = false;
  #heldByThem = false;
  /** Wished and not yet answered; nobody is heard until it is known. */
  #holding = 0;

  constructor(connection: RTCPeerConnection, call: LinesCall) {
    this.#connection = connection;
    this.#call = call;
  }

  /** An offer of ours is under way: theirs would undo it. */
  get offering(): boolean {
    return this.#offering;
  }

  /** Returns what it comes to: to somebody who only listens, sendonly is no hold but what they asked for. */
  holdByThem(on: boolean): boolean {
    this.#heldByThem = on && this.#lines.some(({ sender }) => sender.track?.kind === 'audio');
    this.gate();
    return this.#heldByThem;
  }

  /** Sends and does not listen (RFC 3264 8.4), or back. */
  async hold(on: boolean): Promise<ReofferResult> {
    // Whoever presses "hold" is not to be heard from that moment on, whatever the other side says.
    this.#holding++;
    this.gate();
    const outcome = await this.#next(async () => {
      if (on === this.#held) return 'agreed';
      this.#turn(on);
      const outcome = await this.#insist();
      if (outcome !== 'agreed') this.#turn(!on);
      return outcome;
    });
    this.#holding--;
    this.gate();
    return outcome;
  }

  /** Sends `track` where nothing of its kind was sent. `refused`: it is not sent, and may be stopped. */
  send(track: MediaStreamTrack): Promise<ReofferResult> {
    return this.#next(async () => {
      const known = this.#line(track.kind);
      const line = known ?? this.#connection.addTransceiver(track.kind);
      await line.sender.replaceTrack(track);
      this.gate();
      this.#direct(line);
      const outcome = await this.#insist();
      // A line may be refused while the offer is taken (RFC 3264 6); the browser has stopped it then.
      if (outcome === 'agreed' && this.sends(track.kind as Kind)) return 'agreed';
      if (line.direction === 'stopped') return 'refused';
      await line.sender.replaceTrack(null);
      if (known) this.#direct(line);
      // Nobody knows of it: it must not be in the next offer.
      else line.stop();
      return outcome === 'gone' ? 'gone' : 'refused';
    });
  }

  /** Something of this kind is sent, and the other side takes it. */
  sends(kind: Kind): boolean {
    return this.#lines.some(
      ({ sender, currentDirection }) => sender.track?.kind === kind && /^send/.test(currentDirection ?? ''),
    );
  }

  /** Sends nothing of this kind from now on; what the other side says to it does not bring it back. */
  stop(kind: Kind): Promise<ReofferResult> {
    return this.#next(async () => {
      const line = this.#line(kind);
      if (!line?.sender.track) return 'agreed';
      await line.sender.replaceTrack(null);
      this.#direct(line);
      return await this.#insist();
    });
  }

  /** Looks for another way to the gateway (RFC 8839 4.4.1.1.1); refused while anything else is being offered. */
  async restart(): Promise<ReofferResult> {
    return this.#waiting ? 'refused' : await this.#next(() => this.#offer({ iceRestart: true }));
  }

  /** JsSIP lets tracks through again at the end of mute, and of the other side's hold: not while we hold. */
  gate(): void {
    const open = !this.#held && !this.#heldByThem && !this.#holding;
    for (const { track } of this.#connection.getSenders()) {
      if (track) track.enabled = open && !(track.kind === 'audio' && this.#call.muted());
    }
  }

  get #lines(): RTCRtpTransceiver[] {
    return this.#connection.getTransceivers().filter(({ direction }) => direction !== 'stopped');
  }

  #line(kind: string): RTCRtpTransceiver | undefined {
    return this.#lines.find(({ receiver }) => receiver.track.kind === kind);
  }

  #turn(held: boolean): void {
    this.#held = held;
    for (const line of this.#lines) this.#direct(line);
  }

  #direct(line: RTCRtpTransceiver): void {
    const sends = Boolean(line.sender.track);
    line.direction = this.#held ? (sends ? 'sendonly' : 'inactive') : sends ? 'sendrecv' : 'recvonly';
  }

  /** RFC 3261 14.1: whoever chose the Call-ID waits for 2.1 to 4 s before it offers again what is still wanted. */
  async #insist(): Promise<ReofferResult> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#offer();
      if (outcome !== 'crossed' || tries === 3) return outcome;
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

  #next(work: () => Promise<ReofferResult>): Promise<ReofferResult> {
    this.#waiting++;
    const done = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = done.catch(() => {});
    return done;
  }
}
