// One outgoing call: anonymous, unregistered, SIP over WebSocket (RFC 7118). Connects before it is known whether there
// will be a call, and can write down then what it is going to offer. Reports confirmed facts as the store's events;
// says nothing to people and draws nothing.

import { Backoff } from '../base/backoff.ts';
import type { CallEvent, EndReason } from './call-store.ts';
import { sendDigits, takesEvents } from './digits.ts';
import { GatewaySocket } from './gateway-socket.ts';
import {
  type EndEvent,
  type IncomingEvent,
  makeUA,
  OfferedSession,
  type OutgoingEvent,
  type Session,
  type UA,
} from './jssip.ts';
import { MediaLines } from './media-lines.ts';
import { MediaRecovery } from './media-recovery.ts';
import { watchNetwork } from './network-watch.ts';
import { type Kind, type OfferRequest, PreparedOffer } from './prepared-offer.ts';
import { reasonForBye, reasonForStatus } from './reasons.ts';
import type { OfferingSession, ReofferResult } from './reoffer.ts';
import { readSound, takesSound } from './sound-notice.ts';
import type { TakeToken } from './token.ts';

// JsSIP's anonymous:true adds P-Preferred-Identity with the configured address; this hides nothing because
// there is nothing to hide (RFC 3261 8.1.1.3).
const anonymous = 'sip:anonymous@anonymous.invalid';
const reconnection = { first: 1_000, most: 8_000 };
/** Milliseconds for an answer that the gateway gives by itself; without one, the WebSocket is believed dead. */
const patience = 5_000;
/** Seconds. JsSIP's own attempts to reconnect have no jitter to speak of and know no network: ours come before. */
const never = 86_400;

export interface PhoneObserver {
  report(event: CallEvent): void;
  /** There is another track in it, or one has begun or ceased to bring anything. */
  remote(stream: MediaStream): void;
}

export interface CallOffer extends OfferRequest {
  /** What is sent, once it is had; may be empty. */
  readonly stream: Promise<MediaStream>;
  /** Ways to the gateway are looked for before it is: browsers tell pages of all of them only once they may listen. */
  readonly early: boolean;
  /** Header lines of the INVITE. */
  readonly extraHeaders: string[];
  /** Told of all that follows. */
  readonly observer: PhoneObserver;
}

const nobody: PhoneObserver = { report: () => {}, remote: () => {} };

export class Phone {
  readonly #socket: GatewaySocket;
  readonly #ua: UA;
  #observer = nobody;
  readonly #remote = new MediaStream();
  #session: OfferedSession | undefined;
  #draft: PreparedOffer | undefined;
  #path: MediaRecovery | undefined;
  readonly #way = new Backoff(() => this.#reconnect(), reconnection);
  readonly #unwatch = watchNetwork({
    changed: () => this.#moved(),
    seen: () => this.#hurry(),
  });
  #invited = false;
  #answered = false;
  /** Digits by INFO reach the other side. */
  #takesInfo = false;
  #lines: MediaLines | undefined;
  /** Since the last request that told the gateway where we are. */
  #networkChanged = false;
  #over: EndReason | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  /** Why we are ending it, when it is we who do. */
  #cause: EndReason | undefined;
  #opened!: () => void;
  readonly #open = new Promise<void>(resolve => {
    this.#opened = resolve;
  });

  /** Connects at once. */
  constructor(socket: string, token: TakeToken) {
    this.#socket = new GatewaySocket(socket, token);
    this.#ua = makeUA({
      uri: anonymous,
      sockets: [this.#socket],
      register: false,
      // Asterisk's chan_sip refuses UPDATE, and a refresh that fails would end a good call.
      session_timers: false,
      user_agent: 'sip-call',
      connection_recovery_min_interval: never,
      connection_recovery_max_interval: never,
    });
    this.#ua.on('connected', () => {
      this.#opened();
      this.#way.end();
      clearTimeout(this.#grace);
      this.#grace = undefined;
      if (this.#answered) this.#refreshTarget();
    });
    this.#ua.on('disconnected', () => this.#lostSignalling());
    // Nobody may call an anonymous visitor; without this JsSIP would answer 180 and ring for a minute.
    this.#ua.on('newRTCSession', ({ session }: { session: Session }) => {
      if (session.direction === 'incoming') session.terminate();
    });
    this.#ua.start();
  }

  /** Nothing can be done with it any more. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /** Writes down what such a call will offer, if there is one. */
  prepare(wish: OfferRequest): void {
    if (!this.#over && !this.#session) this.#draft ??= new PreparedOffer(wish);
  }

  /** Sends the INVITE as soon as there is a stream and the WebSocket is up. `target` is a SIP URI. */
  call(target: string, { stream, early, extraHeaders, observer, ...wish }: CallOffer): void {
    this.#observer = observer;
    if (this.#over) {
      observer.report({ type: 'ended', reason: this.#over, at: Date.now() });
      return;
    }
    if (!this.#draft?.serves(wish)) {
      this.#draft?.connection.close();
      this.#draft = new PreparedOffer(wish);
    }
    const draft = this.#draft;
    const servers = async () => {
      await this.#open;
      await this.#socket.ready();
      return this.#socket.iceServers;
    };
    // The microphone may have been asked for longer than the gateway waits.
    const offer = draft.offer(stream, servers, early).then(async sdp => {
      await servers();
      return sdp;
    });
    // JsSIP would say that the server is to blame.
    offer.catch(error => {
      if (this.#over) return;
      console.error('<sip-call>:', error);
      this.hangUp('failed');
    });
    this.#session = new OfferedSession(this.#ua, draft.connection, offer);
    this.#watch(draft.connection);
    this.#session.connect(target, {
      extraHeaders: [...extraHeaders, takesSound],
      mediaConstraints: { audio: false, video: false },
      eventHandlers: {
        sending: () => {
          this.#invited = true;
          this.#observer.report({ type: 'invited' });
        },
        progress: (event: IncomingEvent | OutgoingEvent) => this.#progressed(event as OutgoingEvent),
        accepted: (event: IncomingEvent | OutgoingEvent) => {
          const { response } = event as OutgoingEvent;
          this.#takesInfo = /\bINFO\b/.test(response?.getHeader('Allow') ?? '');
        },
        confirmed: () => {
          this.#answered = true;
          const digits = this.#takesInfo || takesEvents(this.#connection);
          this.#observer.report({ type: 'answered', digits, at: Date.now() });
        },
        // JsSIP answers 491 by itself, and takes what is offered all the same.
        reinvite: ({ reject }: { reject(answer: { status_code: number }): void }) => {
          if (this.#lines?.offering) reject({ status_code: 491 });
        },
        hold: ({ originator }: { originator: string }) => this.#theyHold(originator, true),
        unhold: ({ originator }: { originator: string }) => this.#theyHold(originator, false),
        newInfo: ({ originator, info }: { originator: string; info: { body?: string } }) => {
          if (originator === 'remote')
            this.#observer.report({ type: 'one-way', missing: readSound(info.body) });
        },
        muted: () => this.#observer.report({ type: 'muted', on: true }),
        unmuted: () => this.#observer.report({ type: 'muted', on: false }),
        failed: event => this.#end(this.#reasonForFailure(event)),
        ended: event => this.#end(this.#reasonForEnd(event)),
      },
    });
  }

  /** Ends the call in whatever state it is, with or without a WebSocket to say so on. */
  hangUp(cause: EndReason = this.#answered ? 'hung-up' : 'cancelled'): void {
    if (this.#over) return;
    this.#cause = cause;
    if (this.#session && !this.#session.isEnded()) this.#session.terminate();
    this.#end(cause);
  }

  mute(on: boolean): void {
    if (!this.#invited) return;
    this.#session?.[on ? 'mute' : 'unmute']({ audio: true });
    this.#lines?.gate();
  }

  /** A re-INVITE with sendonly (RFC 3264 8.4), or back; reported once the other side agrees. */
  async hold(on: boolean): Promise<void> {
    const lines = this.#lines;
    if (!lines || !this.#answered) return;
    const outcome = await lines.hold(on);
    if (this.#over) return;
    this.#observer.report(outcome === 'agreed' ? { type: 'held', on } : { type: 'hold-refused' });
  }

  /** Sends `track` besides what is sent; false when the other side does not take it, and all is as before. */
  async send(track: MediaStreamTrack): Promise<boolean> {
    if (!this.#lines || !this.#answered) return false;
    return (await this.#lines.send(track)) === 'agreed' && !this.over;
  }

  /** And the other side takes it. */
  sends(kind: Kind): boolean {
    return this.#lines?.sends(kind) ?? false;
  }

  /** Sends nothing of this kind any more. */
  async stop(kind: Kind): Promise<void> {
    await this.#lines?.stop(kind);
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
    this.#lines?.gate();
  }

  #theyHold(originator: string, on: boolean): void {
    if (originator !== 'remote' || !this.#lines) return;
    this.#observer.report({ type: 'held-by-them', on: this.#lines.holdByThem(on) });
  }

  get #connection(): RTCPeerConnection | undefined {
    return this.#session && this.#draft?.connection;
  }

  #watch(connection: RTCPeerConnection): void {
    this.#lines = new MediaLines(connection, {
      session: () => (this.#over ? undefined : (this.#session as OfferedSession & OfferingSession)),
      muted: () => Boolean(this.#session?.isMuted().audio),
      gone: () => this.hangUp('call-dropped'),
    });
    // The gateway is ICE-lite (RFC 8445 2.5): it learns our addresses from our checks and needs none in the
    // INVITE, while JsSIP would wait for the last candidate, without limit. It asks this property first.
    Object.defineProperty(connection, 'iceGatheringState', { get: () => 'complete' });
    const told = () => this.#observer.remote(this.#remote);
    connection.addEventListener('track', ({ track }) => {
      this.#remote.addTrack(track);
      for (const change of ['mute', 'unmute', 'ended']) track.addEventListener(change, told);
      told();
    });
    this.#path = new MediaRecovery(connection, {
      grace: () => this.#socket.grace,
      restart: () => this.#restart(),
      report: event => this.#observer.report(event),
      over: () => this.hangUp(this.#mediaReason()),
    });
  }

  /** The gateway answers this without asking anybody: where no answer comes, the WebSocket is as dead as the sound. */
  async #restart(): Promise<ReofferResult> {
    if (!this.#ua.isConnected()) return 'refused';
    const { iceServers } = this.#socket;
    this.#connection?.setConfiguration({ ...this.#connection.getConfiguration(), iceServers });
    const late = setTimeout(() => this.#reconnect(), patience);
    const outcome = (await this.#lines?.restart()) ?? 'refused';
    clearTimeout(late);
    return outcome;
  }

  /** Over the network of before nothing may come any more, and no socket would say so for minutes. */
  #moved(): void {
    // One that only waits is soon made anew.
    if (!this.#session) this.hangUp();
    if (!this.#answered || this.#over) return;
    this.#networkChanged = true;
    this.#reconnect();
  }

  #hurry(): void {
    if (this.#way.running) this.#way.now();
    this.#path?.hurry();
  }

  /** Another WebSocket in place of the one there is, or is being made. */
  #reconnect(): void {
    if (this.#over) return;
    const { transport } = this.#ua as UA & { readonly transport: { connect(): void; disconnect(): void } };
    transport.disconnect();
    transport.connect();
  }

  #progressed({ response }: OutgoingEvent): void {
    const earlyMedia = Boolean(response.body);
    // 183 without a body is only "wait"; 180 is a telephone that rings.
    if (response.status_code === 180 || earlyMedia) this.#observer.report({ type: 'rang', earlyMedia });
  }

  /**
   * The new WebSocket is unknown to the other side until a request of this dialog comes over it: an UPDATE
   * without SDP moves the target and touches nothing else (RFC 3311 5.1).
   */
  #refreshTarget(): void {
    this.#observer.report({ type: 'signalling-restored' });
    const session = this.#session as (OfferedSession & OfferingSession) | undefined;
    session?.sendRequest('UPDATE', {
      extraHeaders: [`Contact: ${session.contact}`],
      // 481 or 408: the gateway has given the call up (RFC 3261 12.2.1.2).
      eventHandlers: { onDialogError: () => this.hangUp('call-dropped') },
    });
    if (this.#networkChanged) this.#path?.moved();
    else this.#path?.hurry();
    this.#networkChanged = false;
  }

  #lostSignalling(): void {
    if (this.#over) return;
    const { refusal } = this.#socket;
    if (!this.#answered || refusal === 'call-dropped') {
      this.hangUp(refusal ?? 'gateway-unreachable');
      return;
    }
    this.#observer.report({ type: 'signalling-lost' });
    // Each failed attempt to reconnect is another 'disconnected': the grace runs from the first.
    this.#grace ??= setTimeout(() => this.hangUp('call-dropped'), this.#socket.grace);
    this.#way.begin();
  }

  /** JsSIP says "Canceled" for its own time-outs and transport errors too; then the causes are told apart here. */
  #reasonForFailure({ message, originator }: EndEvent): EndReason {
    if (this.#cause) return this.#cause;
    if (message && 'status_code' in message) return refusal(message.status_code);
    if (!this.#ua.isConnected()) return 'gateway-unreachable';
    if (this.#connection?.connectionState === 'failed') return 'media-failed';
    return originator === 'local' ? 'server-unreachable' : 'failed';
  }

  #reasonForEnd({ originator, message }: EndEvent): EndReason {
    if (this.#cause) return this.#cause;
    const reason = originator === 'remote' ? reasonForBye(message?.getHeader('Reason')) : 'call-dropped';
    return reason === 'call-dropped' ? this.#mediaReason() : reason;
  }

  #mediaReason(): EndReason {
    return this.#path?.proved ? 'call-dropped' : 'media-failed';
  }

  #end(reason: EndReason): void {
    if (this.#over) return;
    this.#over = reason;
    clearTimeout(this.#grace);
    this.#way.end();
    this.#unwatch();
    this.#path?.close();
    this.#draft?.connection.close();
    this.#observer.report({ type: 'ended', reason, at: Date.now() });
    // Lets a CANCEL or BYE be answered before the WebSocket closes.
    this.#ua.stop();
  }
}

/** A 200 whose SDP the browser could not take comes here as a failure too. */
const refusal = (status: number) => (status < 300 ? 'media-failed' : reasonForStatus(status));
