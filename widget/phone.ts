// One outgoing call by JsSIP: the only file that knows it, and so a chunk of its own that is fetched when the
// visitor shows intent. Anonymous, unregistered, SIP over WebSocket (RFC 7118). Reports confirmed facts as the
// store's events; says nothing to people and draws nothing.
import JsSIP from 'jssip';
import type { EndEvent, IncomingEvent, OutgoingEvent, RTCSession } from 'jssip/lib/RTCSession.js';
import type { UA } from 'jssip/lib/UA.js';
import type { CallEvent, EndReason } from './call-store.ts';
import { reasonForBye, reasonForStatus } from './reasons.ts';
import { type OfferingSession, reoffer } from './reoffer.ts';

// JsSIP's anonymous:true adds P-Preferred-Identity with the configured address; this hides nothing because
// there is nothing to hide (RFC 3261 8.1.1.3).
const anonymous = 'sip:anonymous@anonymous.invalid';
/** Milliseconds that a call lives on without its WebSocket: the sound goes another way. */
const signallingGrace = 30_000;
/** Milliseconds; RFC 4733 2.5.1.3 leaves them to us, PBXs ask for 40 and more. */
const digit = { duration: 120, gap: 70 };

export interface PhoneObserver {
  report(event: CallEvent): void;
  remote(stream: MediaStream): void;
}

export class Phone {
  readonly #ua: UA;
  readonly #observer: PhoneObserver;
  readonly #remote = new MediaStream();
  #session: RTCSession | undefined;
  #connection: RTCPeerConnection | undefined;
  #hadMedia = false;
  #answered = false;
  /** By the visitor: asked for or agreed. */
  #held = false;
  #offering = false;
  #over = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  /** Why we are ending it, when it is we who do. */
  #cause: EndReason | undefined;
  #opened!: () => void;
  readonly #open = new Promise<void>(resolve => {
    this.#opened = resolve;
  });

  /** Connects at once, so that the WebSocket and the question about the microphone overlap. */
  constructor(socket: string, observer: PhoneObserver) {
    this.#observer = observer;
    this.#ua = new JsSIP.UA({
      uri: anonymous,
      sockets: [new JsSIP.WebSocketInterface(socket)],
      register: false,
      // Asterisk's chan_sip refuses UPDATE, and a refresh that fails would end a good call.
      session_timers: false,
      user_agent: 'sip-call',
    });
    this.#ua.on('connected', () => {
      this.#opened();
      clearTimeout(this.#grace);
      this.#grace = undefined;
      if (this.#answered) this.#refreshTarget();
    });
    this.#ua.on('disconnected', () => this.#lostSignalling());
    // Nobody may call an anonymous visitor; without this JsSIP would answer 180 and ring for a minute.
    this.#ua.on('newRTCSession', ({ session }: { session: RTCSession }) => {
      if (session.direction === 'incoming') session.terminate();
    });
    this.#ua.start();
  }

  /** Sends the INVITE as soon as the WebSocket is up. `target` is a SIP URI. */
  async call(target: string, stream: MediaStream): Promise<void> {
    await this.#open;
    if (this.#over) return;
    this.#session = this.#ua.call(target, {
      mediaStream: stream,
      pcConfig: { bundlePolicy: 'max-bundle', iceServers: [] },
      eventHandlers: {
        peerconnection: ({ peerconnection }) => this.#watch(peerconnection),
        sending: () => this.#observer.report({ type: 'invited' }),
        progress: (event: IncomingEvent | OutgoingEvent) => this.#progressed(event as OutgoingEvent),
        confirmed: () => {
          this.#answered = true;
          this.#observer.report({ type: 'answered', at: Date.now() });
        },
        hold: ({ originator }: { originator: string }) => this.#heldByThem(originator, true),
        unhold: ({ originator }: { originator: string }) => this.#heldByThem(originator, false),
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
    this.#session?.[on ? 'mute' : 'unmute']({ audio: true });
    this.#gate();
  }

  /** A re-INVITE with sendonly (RFC 3264 8.4), or back; reported once the other side agrees. */
  async hold(on: boolean): Promise<void> {
    const [session, connection] = [this.#session, this.#connection];
    if (!session || !connection || !this.#answered || this.#offering || on === this.#held) return;
    this.#offering = true;
    // Whoever presses "hold" is not to be heard from that moment on, whatever the other side says.
    this.#held = true;
    this.#gate();
    const transceivers = connection.getTransceivers().filter(({ direction }) => direction !== 'stopped');
    for (const transceiver of transceivers) transceiver.direction = on ? 'sendonly' : 'sendrecv';
    const outcome = await reoffer(session as RTCSession & OfferingSession, connection).catch(
      () => 'refused' as const,
    );
    this.#offering = false;
    if (this.#over) return;
    if (outcome === 'gone') return this.hangUp('call-dropped');
    this.#held = outcome === 'agreed' ? on : !on;
    for (const transceiver of transceivers) transceiver.direction = this.#held ? 'sendonly' : 'sendrecv';
    this.#gate();
    this.#observer.report(outcome === 'agreed' ? { type: 'held', on } : { type: 'hold-refused' });
  }

  /** RFC 4733 events in the audio stream. JsSIP's own default is INFO, which no PBX here listens for. */
  sendDtmf(digits: string): boolean {
    const dtmf = this.#connection?.getSenders().find(({ track }) => track?.kind === 'audio')?.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    dtmf.insertDTMF(dtmf.toneBuffer + digits, digit.duration, digit.gap);
    return true;
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#connection?.getStats();
  }

  /** Sends `track` in place of the last of its kind; nothing is negotiated (WebRTC 5.2, replaceTrack). */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.#connection?.getSenders().find(sender => sender.track?.kind === track.kind);
    await sender?.replaceTrack(track);
    this.#gate();
  }

  /** JsSIP lets tracks through again at the end of mute, and of the other side's hold: not while we hold. */
  #gate(): void {
    const open = !this.#held && !this.#session?.isMuted().audio && !this.#session?.isOnHold().remote;
    for (const { track } of this.#connection?.getSenders() ?? []) if (track) track.enabled = open;
  }

  #heldByThem(originator: string, on: boolean): void {
    this.#gate();
    if (originator === 'remote') this.#observer.report({ type: 'held-by-them', on });
  }

  #watch(connection: RTCPeerConnection): void {
    this.#connection = connection;
    // The gateway is ICE-lite (RFC 8445 2.5): it learns our addresses from our checks and needs none in the
    // INVITE, while JsSIP would wait for the last candidate, without limit. It asks this property first.
    Object.defineProperty(connection, 'iceGatheringState', { get: () => 'complete' });
    connection.addEventListener('track', ({ track }) => {
      this.#remote.addTrack(track);
      this.#observer.remote(this.#remote);
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'connected') this.#hadMedia = true;
      // JsSIP watches ICE alone; a DTLS handshake that fails shows here.
      if (connection.connectionState === 'failed') this.hangUp(this.#mediaReason());
    });
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
    const session = this.#session as (RTCSession & OfferingSession) | undefined;
    session?.sendRequest('UPDATE', {
      extraHeaders: [`Contact: ${session.contact}`],
      // 481 or 408: the gateway has given the call up (RFC 3261 12.2.1.2).
      eventHandlers: { onDialogError: () => this.hangUp('call-dropped') },
    });
  }

  #lostSignalling(): void {
    if (this.#over) return;
    if (!this.#answered) {
      this.hangUp('gateway-unreachable');
      return;
    }
    this.#observer.report({ type: 'signalling-lost' });
    // Each failed attempt to reconnect is another 'disconnected': the grace runs from the first.
    this.#grace ??= setTimeout(() => this.hangUp('call-dropped'), signallingGrace);
  }

  /** JsSIP says "Canceled" for its own time-outs and transport errors too; then the causes are told apart here. */
  #reasonForFailure({ message, originator }: EndEvent): EndReason {
    if (this.#cause) return this.#cause;
    if (message && 'status_code' in message) return refusal(message.status_code);
    if (!this.#ua.isConnected()) return 'gateway-unreachable';
    if (this.#connection?.iceConnectionState === 'failed') return 'media-failed';
    return originator === 'local' ? 'server-unreachable' : 'failed';
  }

  #reasonForEnd({ originator, message }: EndEvent): EndReason {
    if (this.#cause) return this.#cause;
    return originator === 'remote' ? reasonForBye(message?.getHeader('Reason')) : this.#mediaReason();
  }

  #mediaReason(): EndReason {
    return this.#hadMedia ? 'call-dropped' : 'media-failed';
  }

  #end(reason: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#grace);
    this.#observer.report({ type: 'ended', reason, at: Date.now() });
    // Lets a CANCEL or BYE be answered before the WebSocket closes.
    this.#ua.stop();
  }
}

/** A 200 whose SDP the browser could not take comes here as a failure too. */
const refusal = (status: number) => (status < 300 ? 'media-failed' : reasonForStatus(status));
