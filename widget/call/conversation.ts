// One call from the request to the last tone: brings the microphone, the phone and the speaker together and
// reports what they confirm. It holds no state that is drawn; the store does.

import { afterPaint } from '../base/after-paint.ts';
import { nextTask } from '../base/next-task.ts';
import { CallDevices } from '../devices/call-devices.ts';
import type { DeviceKind } from '../devices/devices.ts';
import type { Level } from '../devices/level.ts';
import { type Capture, capture, impossible, mended, permitted, willAsk } from '../devices/microphone.ts';
import { RequestedMedia } from '../devices/requested-media.ts';
import type { SoundSource } from '../devices/sound.ts';
import { Speaker, type Tone } from '../devices/speaker.ts';
import type { CallEvent, EndReason, MediaRequest } from './call-store.ts';
import { pageContextHeaders } from './page-context.ts';
import type { Phone } from './phone.ts';
import type { CallRequest } from './prepared-phone.ts';
import { QualityWatch } from './quality-watch.ts';
import { claimCall } from './single-call.ts';
import { WakeLock } from './wake-lock.ts';

// What a conversation confirms, the store must understand: they come together.
export { progress } from './call-progress.ts';

export interface ConversationRequest {
  /** `listen`: begins without a microphone, and so without a question. */
  readonly wish: CallRequest;
  /** Made while the visitor's gesture was handled. */
  readonly sound: SoundSource;
  /** 0 to 1. */
  readonly volume: number;
  readonly phones: { take(wish: CallRequest): Phone };
  /** Kept by whoever is to be told; later facts find it gone with its owner. */
  readonly report: (event: CallEvent) => void;
  /** Called whenever there is another stream to show. */
  readonly media: () => void;
}

/** Reasons that have a tone of their own; silence for the rest: the visitor's own doing needs none. */
const lastTone: Partial<Record<EndReason, Tone>> = {
  busy: 'busy',
  declined: 'busy',
  'no-answer': 'unobtainable',
  'not-found': 'unobtainable',
  'server-unreachable': 'unobtainable',
  'gateway-unreachable': 'unobtainable',
  'media-failed': 'unobtainable',
  failed: 'unobtainable',
  'remote-hung-up': 'over',
  'call-dropped': 'unobtainable',
};

export class Conversation {
  readonly #request: ConversationRequest;
  readonly #speaker: Speaker;
  #phone: Phone | undefined;
  #over = false;
  #heardEarly = false;
  #muted = false;
  #held = { us: false, them: false };
  #yieldCall = () => {};
  #equipment: CallDevices | undefined;
  #wishes: RequestedMedia | undefined;
  #mine: Level | undefined;
  #theirs: Level | undefined;
  readonly #vigil = new WakeLock();
  readonly #watch = new QualityWatch({
    stats: () => this.getStats(),
    muted: () => this.#muted,
    report: event => this.#report(event),
  });
  local: MediaStream | undefined;
  remote: MediaStream | undefined;

  /** The page goes away: without a word the other side would listen to silence until its gateway noticed. */
  readonly #left = () => this.hangUp();

  constructor(request: ConversationRequest) {
    this.#request = request;
    addEventListener('pagehide', this.#left);
    const { listen, video } = request.wish;
    // Asked for first: the browser gets the microphone ready while the rest is done here.
    const early = !listen && permitted() ? capture(video) : undefined;
    this.#speaker = new Speaker(request.sound, request.volume);
    this.#begin(early).catch(this.#fail);
  }

  /** 0 to 1. */
  set volume(value: number) {
    this.#speaker.volume = value;
  }

  hangUp(): void {
    if (this.#phone) this.#phone.hangUp();
    else this.#report({ type: 'ended', reason: 'cancelled', at: Date.now() });
  }

  mute(on: boolean): void {
    this.#phone?.mute(on);
  }

  hold(on: boolean): void {
    this.#phone?.hold(on).catch(error => console.error('<sip-call>:', error));
  }

  /** Takes another device now; the choice itself is remembered. */
  choose(kind: DeviceKind, id: string): void {
    this.#equipment?.choose(kind, id);
  }

  /** How loud the microphone and the other side are now, 0 to 1. */
  levels(): { readonly mine: number; readonly theirs: number } {
    return { mine: this.#mine?.now() ?? 0, theirs: this.#theirs?.now() ?? 0 };
  }

  /** Shows or hides the visitor, lets them be heard or only listen; reported once it is so. */
  want(wish: MediaRequest, on: boolean): void {
    this.#wishes?.want(wish, on).catch(error => console.error('<sip-call>:', error));
  }

  turnCamera(): void {
    this.#equipment?.turnCamera();
  }

  get cameras(): number {
    return this.#equipment?.cameras ?? 0;
  }

  sendDtmf(digits: string): void {
    if (this.#phone?.sendDtmf(digits) && digits.length === 1) this.#speaker.key(digits);
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#phone?.getStats();
  }

  /** `early`: a microphone for which nobody had to be asked. */
  async #begin(early: Promise<Capture> | undefined): Promise<void> {
    const refused = impossible();
    const capturing = refused ? Promise.resolve({ refused }) : this.#microphone(early);
    // What cannot be needs no gateway.
    if (!refused) this.#dial(capturing, early !== undefined).catch(this.#fail);
    const captured = await capturing;
    if ('refused' in captured) return this.#refuse(captured.refused);
    const { stream } = captured;
    if (this.#over) return release(stream);
    this.local = stream;
    this.#report({ type: 'device-granted', camera: stream.getVideoTracks().length > 0 });
  }

  /** Once the line is ours, and the visitor agrees. */
  async #microphone(early: Promise<Capture> | undefined): Promise<Capture> {
    const { listen, video } = this.#request.wish;
    const yieldCall = await claimCall();
    if (!yieldCall) {
      early?.then(captured => 'stream' in captured && release(captured.stream));
      return { refused: 'elsewhere' };
    }
    this.#yieldCall = yieldCall;
    if (this.#over) yieldCall();
    if (early) return early;
    if (!listen && (await willAsk())) {
      this.#report({ type: 'device-asked' });
      // Our line on why is on the screen before the browser's question is.
      await afterPaint();
    }
    if (this.#over) return { refused: 'cancelled' };
    return listen ? { stream: new MediaStream() } : capture(video);
  }

  /** The way to the gateway is made beside the question about the microphone; the INVITE waits for its answer. */
  async #dial(capturing: Promise<Capture>, early: boolean): Promise<void> {
    const { wish, phones, media } = this.#request;
    const stream = new Promise<MediaStream>(resolve => {
      capturing.then(captured => 'stream' in captured && resolve(captured.stream));
    });
    await nextTask();
    if (this.#over) return;
    let phone = phones.take(wish);
    await nextTask();
    phone.prepare(wish);
    await nextTask();
    if (this.#over) {
      phone.hangUp();
      return;
    }
    // What was ready may just have been lost.
    if (phone.over) phone = phones.take(wish);
    this.#phone = phone;
    phone.call(wish.uri, {
      ...wish,
      stream,
      early,
      extraHeaders: pageContextHeaders(location.href, document.referrer),
      observer: {
        report: event => this.#report(event),
        remote: stream => {
          this.remote = stream;
          this.#speaker.play(stream);
          this.#theirs ??= this.#speaker.level(stream);
          media();
        },
      },
    });
  }

  /** What is only wanted once somebody may answer. */
  #equip(): void {
    const { local: stream } = this;
    const { media } = this.#request;
    if (this.#over || !stream) return;
    this.#mine = this.#speaker.level(stream);
    this.#equipment = new CallDevices({
      stream,
      send: async fresh => await this.#phone?.replaceTrack(fresh),
      sound: id => {
        this.#speaker.device = id;
      },
      changed: () => {
        this.#mine?.close();
        this.#mine = this.#speaker.level(stream);
        media();
      },
    });
    this.#wishes = new RequestedMedia({
      send: async track => (await this.#phone?.send(track)) ?? false,
      stop: async kind => await this.#phone?.stop(kind),
      report: event => this.#report(event),
      taken: track => this.#equipment?.add(track),
      dropped: kind => this.#equipment?.drop(kind),
    });
    media();
  }

  readonly #fail = (error: unknown): void => {
    console.error('<sip-call>:', error);
    this.#refuse('failed');
  };

  #refuse(reason: EndReason): void {
    if (reason.startsWith('microphone') && !this.#over) {
      // The store takes it only while the card that says so is still there.
      // Weakly: that may be never, and the element be long gone.
      const report = new WeakRef(this.#request.report);
      mended(reason).then(() => report.deref()?.({ type: 'device-allowed' }));
    }
    if (this.#phone) this.#phone.hangUp(reason);
    else this.#report({ type: 'ended', reason, at: Date.now() });
  }

  #report(event: CallEvent): void {
    if (this.#over) return;
    if (event.type === 'rang') {
      // A 180 that follows a 183 with SDP must not ring over the sound that the other side already sends.
      this.#heardEarly ||= event.earlyMedia;
      this.#speaker.ringback = !this.#heardEarly;
    }
    // The INVITE goes first.
    if (event.type === 'invited') setTimeout(() => this.#equip());
    if (event.type === 'answered') this.#speaker.ringback = false;
    if (event.type === 'muted') this.#muted = event.on;
    if (event.type === 'held') this.#held.us = event.on;
    if (event.type === 'held-by-them') this.#held.them = event.on;
    if (/^(?:answered|held|held-by-them)$/.test(event.type)) {
      this.#watch.on = !this.#held.us && !this.#held.them;
    }
    if (event.type === 'ended') this.#close(event.reason);
    this.#request.report(event);
    const shown = this.local?.getVideoTracks().length;
    if (event.type === 'answered' && shown && !this.#phone?.sends('video')) this.#wishes?.declined('camera');
  }

  #close(reason: EndReason): void {
    this.#watch.on = false;
    this.#over = true;
    this.#vigil.end();
    this.#equipment?.close();
    this.#wishes?.close();
    this.#yieldCall();
    removeEventListener('pagehide', this.#left);
    if (this.local) release(this.local);
    this.#speaker.ringback = false;
    const tone = lastTone[reason];
    if (tone) this.#speaker.tone(tone);
    this.#speaker.close();
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
