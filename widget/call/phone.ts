// One outgoing call: anonymous, unregistered, SIP over WebSocket (RFC 7118). Connects and prepares its offer before a call
// is certain. Reports confirmed facts as the store's events. Has no user interface.
import type { CallEvent, EndReason } from './call-store.ts';
import { sendDigits, takesEvents } from './digits.ts';
import { GatewayConnection } from './gateway-connection.ts';
import { type EndEvent, type IncomingEvent, OfferedSession, type OutgoingEvent } from './jssip.ts';
import { MediaLines } from './media-lines.ts';
import { MediaRecovery } from './media-recovery.ts';
import { type MediaKind, type OfferRequest, PreparedOffer } from './prepared-offer.ts';
import { reasonForBye, reasonForFailure } from './reasons.ts';
import type { OfferingSession, ReofferResult } from './reoffer.ts';
import { sessionEvents, takesSound } from './session-events.ts';
import type { TakeToken } from './token.ts';

/** Milliseconds for an answer that the gateway gives itself; without one, the WebSocket counts as dead. */
const answerTimeout = 5_000;

export interface PhoneObserver {
  report(event: CallEvent): void;
  /** A track was added to the stream, or one of its tracks started or stopped to carry media. */
  remote(stream: MediaStream): void;
}

export interface CallOffer extends OfferRequest {
  /** Resolves with what is sent; may be empty. */
  readonly stream: Promise<MediaStream>;
  /** Gathers candidates before the stream is there. Browsers reveal all of them only after the microphone is allowed. */
  readonly gatherEarly: boolean;
  /** Header lines of the INVITE. */
  readonly extraHeaders: string[];
  readonly observer: PhoneObserver;
}

type PhoneSession = OfferedSession & OfferingSession;

const noObserver: PhoneObserver = { report: () => {}, remote: () => {} };

export class Phone {
  readonly #gateway: GatewayConnection;
  #observer = noObserver;
  readonly #remote = new MediaStream();
  #session: PhoneSession | undefined;
  #preparedOffer: PreparedOffer | undefined;
  #mediaLines: MediaLines | undefined;
  #mediaRecovery: MediaRecovery | undefined;
  #invited = false;
  #answered = false;
  /** Digits by INFO reach the other side. */
  #takesInfo = false;
  #endReason: EndReason | undefined;
  /** Set when this side ends the call. */
  #localReason: EndReason | undefined;

  /** Connects immediately. */
  constructor(socket: string, token: TakeToken) {
    this.#gateway = new GatewayConnection(socket, token, {
      answered: () => this.#answered,
      session: () => this.#session,
      report: event => this.#observer.report(event),
      hangUp: reason => this.hangUp(reason),
      retryMedia: networkChanged => {
        if (networkChanged) this.#mediaRecovery?.networkChanged();
        else this.#mediaRecovery?.retryNow();
      },
    });
  }

  /** The phone cannot be used any more. */
  get ended(): boolean {
    return this.#endReason !== undefined;
  }

  /** Prepares the offer of such a call, in case there is one. */
  prepare(request: OfferRequest): void {
    if (!this.ended && !this.#session) this.#preparedOffer ??= new PreparedOffer(request);
  }

  /** Sends the INVITE as soon as there is a stream and the WebSocket is open. `target` is a SIP URI. */
  call(target: string, { stream, gatherEarly, extraHeaders, observer, ...request }: CallOffer): void {
    this.#observer = observer;
    if (this.#endReason) {
      observer.report({ type: 'ended', reason: this.#endReason, at: Date.now() });
      return;
    }
    if (!this.#preparedOffer?.fits(request)) {
      this.#preparedOffer?.connection.close();
      this.#preparedOffer = new PreparedOffer(request);
    }
    const prepared = this.#preparedOffer;
    const servers = () => this.#gateway.ready();
    // While the visitor answers for the microphone, the gateway may close the idle WebSocket.
    const offer = prepared.offer(stream, servers, gatherEarly).then(async sdp => {
      await servers();
      return sdp;
    });
    // JsSIP would report this as an error of the server.
    offer.catch(error => {
      if (this.ended) return;
      console.error('<sip-call>:', error);
      this.hangUp('failed');
    });
    this.#session = new OfferedSession(this.#gateway.ua, prepared.connection, offer) as PhoneSession;
    this.#watch(prepared.connection);
    this.#session.connect(target, {
      extraHeaders: [...extraHeaders, takesSound],
      mediaConstraints: { audio: false, video: false },
      eventHandlers: {
        ...sessionEvents(
          event => this.#observer.report(event),
          () => this.#mediaLines,
        ),
        sending: () => {
          this.#invited = true;
          this.#observer.report({ type: 'invited' });
        },
        accepted: (event: IncomingEvent | OutgoingEvent) => {
          const { response } = event as OutgoingEvent;
          this.#takesInfo = /\bINFO\b/.test(response?.getHeader('Allow') ?? '');
        },
        confirmed: () => {
          this.#answered = true;
          const digits = this.#takesInfo || takesEvents(this.#connection);
          this.#observer.report({ type: 'answered', digits, at: Date.now() });
        },
        failed: event => this.#end(this.#reasonForFailure(event)),
        ended: event => this.#end(this.#reasonForEnd(event)),
      },
    });
  }

  /** Ends the call in any state, with or without a WebSocket to send the BYE or CANCEL. */
  hangUp(reason: EndReason = this.#answered ? 'hung-up' : 'cancelled'): void {
    if (this.ended) return;
    this.#localReason = reason;
    if (this.#session && !this.#session.isEnded()) this.#session.terminate();
    this.#end(reason);
  }

  mute(on: boolean): void {
    if (!this.#invited) return;
    this.#session?.[on ? 'mute' : 'unmute']({ audio: true });
    this.#mediaLines?.updateTracks();
  }

  /** A re-INVITE with sendonly (RFC 3264 8.4), or back; reported once the other side agrees. */
  async hold(on: boolean): Promise<void> {
    const lines = this.#mediaLines;
    if (!lines || !this.#answered) return;
    const outcome = await lines.hold(on);
    if (this.ended) return;
    this.#observer.report(outcome === 'agreed' ? { type: 'held', on } : { type: 'hold-refused' });
  }

  /** Sends another track; false when the other side refuses it, and nothing has changed. */
  async send(track: MediaStreamTrack): Promise<boolean> {
    if (!this.#mediaLines || !this.#answered) return false;
    return (await this.#mediaLines.send(track)) === 'agreed' && !this.ended;
  }

  /** Media of this kind is sent, and the other side accepts it. */
  sends(kind: MediaKind): boolean {
    return this.#mediaLines?.sends(kind) ?? false;
  }

  /** Stops sending media of this kind. */
  async stop(kind: MediaKind): Promise<void> {
    await this.#mediaLines?.stop(kind);
  }

  /** False when the other side takes none. */
  sendDtmf(digits: string): boolean {
    return sendDigits(digits, this.#connection, this.#session, this.#takesInfo);
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#connection?.getStats();
  }

  /** Sends `track` in place of the last of its kind; nothing is negotiated (WebRTC 5.2, replaceTrack). */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.#connection?.getSenders().find(sender => sender.track?.kind === track.kind);
    await sender?.replaceTrack(track);
    this.#mediaLines?.updateTracks();
  }

  get #connection(): RTCPeerConnection | undefined {
    return this.#session && this.#preparedOffer?.connection;
  }

  #watch(connection: RTCPeerConnection): void {
    this.#mediaLines = new MediaLines(connection, {
      session: () => (this.ended ? undefined : this.#session),
      muted: () => Boolean(this.#session?.isMuted().audio),
      gone: () => this.hangUp('call-dropped'),
    });
    // JsSIP waits for the last candidate without limit, and reads this property first. The gateway is ICE-lite
    // (RFC 8445 2.5): it learns our addresses from our checks and needs none in the INVITE.
    Object.defineProperty(connection, 'iceGatheringState', { get: () => 'complete' });
    const changed = () => this.#observer.remote(this.#remote);
    connection.addEventListener('track', ({ track }) => {
      this.#remote.addTrack(track);
      for (const change of ['mute', 'unmute', 'ended']) track.addEventListener(change, changed);
      changed();
    });
    this.#mediaRecovery = new MediaRecovery(connection, {
      grace: () => this.#gateway.grace,
      restart: () => this.#restartIce(),
      report: event => this.#observer.report(event),
      giveUp: () => this.hangUp(this.#mediaReason()),
    });
  }

  /** The gateway answers this itself: without an answer, the WebSocket is as dead as the media. */
  async #restartIce(): Promise<ReofferResult> {
    if (!this.#gateway.isConnected) return 'refused';
    const { iceServers } = this.#gateway;
    this.#connection?.setConfiguration({ ...this.#connection.getConfiguration(), iceServers });
    const late = setTimeout(() => this.#gateway.reconnect(), answerTimeout);
    const outcome = (await this.#mediaLines?.restart()) ?? 'refused';
    clearTimeout(late);
    return outcome;
  }

  #reasonForFailure(event: EndEvent): EndReason {
    const mediaFailed = this.#connection?.connectionState === 'failed';
    return this.#localReason ?? reasonForFailure(event, this.#gateway.isConnected, mediaFailed);
  }

  #reasonForEnd({ originator, message }: EndEvent): EndReason {
    if (this.#localReason) return this.#localReason;
    const reason = originator === 'remote' ? reasonForBye(message?.getHeader('Reason')) : 'call-dropped';
    return reason === 'call-dropped' ? this.#mediaReason() : reason;
  }

  #mediaReason(): EndReason {
    return this.#mediaRecovery?.connectedOnce ? 'call-dropped' : 'media-failed';
  }

  #end(reason: EndReason): void {
    if (this.ended) return;
    this.#endReason = reason;
    this.#mediaRecovery?.close();
    this.#preparedOffer?.connection.close();
    this.#observer.report({ type: 'ended', reason, at: Date.now() });
    this.#gateway.close();
  }
}
