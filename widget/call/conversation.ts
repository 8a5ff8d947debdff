// One call from the request to the last tone: connects the microphone, the phone and the speaker, and reports confirmed
// events. Keeps no state that is drawn; the store does.
import { afterPaint, nextTask } from '../base/scheduling.ts';
import { CallDevices } from '../devices/call-devices.ts';
import type { DeviceKind } from '../devices/devices.ts';
import type { Level } from '../devices/level.ts';
import {
  type Capture,
  captureMicrophone,
  isGranted,
  release,
  whenAvailable,
  whyImpossible,
  willAsk,
} from '../devices/microphone.ts';
import { RequestedMedia } from '../devices/requested-media.ts';
import type { SoundSource } from '../devices/sound.ts';
import { Speaker } from '../devices/speaker.ts';
import type { CallEvent, EndReason, MediaRequest } from './call-store.ts';
import { CallTones } from './call-tones.ts';
import { pageContextHeaders } from './page-context.ts';
import type { Phone } from './phone.ts';
import type { CallRequest } from './prepared-phone.ts';
import { QualityWatch } from './quality-watch.ts';
import { claimCall } from './single-call.ts';
import { WakeLock } from './wake-lock.ts';

// What is loaded with a conversation: the half of the state table for its events, and the phone that it takes.
export { progress } from './call-progress.ts';
export { PreparedPhone } from './prepared-phone.ts';

export interface ConversationOptions {
  /** With `listen` it starts without a microphone, and so without the browser's question. */
  readonly request: CallRequest;
  /** Created during the visitor's gesture. */
  readonly sound: SoundSource;
  /** 0 to 1. */
  readonly volume: number;
  readonly phones: { take(request: CallRequest): Phone };
  /** Held by its owner: a weak reference to it shows whether the element still exists. */
  readonly report: (event: CallEvent) => void;
  /** Called whenever a stream to show has changed. */
  readonly streamsChanged: () => void;
}

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #speaker: Speaker;
  readonly #tones: CallTones;
  #phone: Phone | undefined;
  #ended = false;
  #releaseLock = () => {};
  #devices: CallDevices | undefined;
  #requestedMedia: RequestedMedia | undefined;
  #remoteLevel: Level | undefined;
  readonly #wakeLock = new WakeLock();
  readonly #qualityWatch = new QualityWatch({
    stats: () => this.getStats(),
    report: event => this.#report(event),
  });
  local: MediaStream | undefined;
  remote: MediaStream | undefined;

  /** The page is being closed: without a BYE the other side hears silence until its gateway notices. */
  readonly #onPageHide = () => this.hangUp();

  constructor(options: ConversationOptions) {
    this.#options = options;
    addEventListener('pagehide', this.#onPageHide);
    const { listen, video } = options.request;
    // Requested first: the browser opens the microphone while the rest is prepared.
    const granted = !listen && isGranted() ? captureMicrophone(video) : undefined;
    this.#speaker = new Speaker(options.sound, options.volume);
    this.#tones = new CallTones(this.#speaker);
    this.#start(granted).catch(this.#failed);
  }

  /** 0 to 1. */
  set volume(value: number) {
    this.#speaker.volume = value;
  }

  hangUp(reason?: EndReason): void {
    if (this.#phone) this.#phone.hangUp(reason);
    else this.#report({ type: 'ended', reason: reason ?? 'cancelled', at: Date.now() });
  }

  mute(on: boolean): void {
    this.#phone?.mute(on);
  }

  hold(on: boolean): void {
    this.#phone?.hold(on).catch(error => console.error('<sip-call>:', error));
  }

  /** Uses another device now, and stores the choice. */
  chooseDevice(kind: DeviceKind, id: string): void {
    this.#devices?.choose(kind, id);
  }

  /** How loud the microphone and the other side are now, 0 to 1. */
  levels(): { readonly local: number; readonly remote: number } {
    return { local: this.#devices?.level ?? 0, remote: this.#remoteLevel?.now() ?? 0 };
  }

  /** Switches the visitor's camera or voice on or off; reported once it has happened. */
  requestMedia(media: MediaRequest, on: boolean): void {
    this.#requestedMedia?.request(media, on).catch(error => console.error('<sip-call>:', error));
  }

  switchCamera(): void {
    this.#devices?.switchCamera();
  }

  get cameras(): number {
    return this.#devices?.cameras ?? 0;
  }

  sendDtmf(digits: string): void {
    if (this.#phone?.sendDtmf(digits) && digits.length === 1) this.#speaker.key(digits);
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#phone?.getStats();
  }

  /** `granted`: a microphone that needs no question. */
  async #start(granted: Promise<Capture> | undefined): Promise<void> {
    const refused = whyImpossible();
    const capturing = refused ? Promise.resolve({ refused }) : this.#captureAfterLock(granted);
    // A call that is impossible needs no gateway.
    if (!refused) this.#placeCall(capturing, granted !== undefined).catch(this.#failed);
    const captured = await capturing;
    if ('refused' in captured) return this.#abort(captured.refused);
    const { stream } = captured;
    if (this.#ended) return release(stream);
    this.local = stream;
    this.#report({ type: 'device-granted', camera: stream.getVideoTracks().length > 0 });
  }

  /** Captures once no other tab has a call and the visitor agrees. */
  async #captureAfterLock(granted: Promise<Capture> | undefined): Promise<Capture> {
    const { listen, video } = this.#options.request;
    const releaseLock = await claimCall();
    if (!releaseLock) {
      granted?.then(captured => 'stream' in captured && release(captured.stream));
      return { refused: 'elsewhere' };
    }
    this.#releaseLock = releaseLock;
    if (this.#ended) releaseLock();
    if (granted) return granted;
    if (!listen && (await willAsk())) {
      this.#report({ type: 'device-asked' });
      // Our explanation is visible before the browser's question appears.
      await afterPaint();
    }
    if (this.#ended) return { refused: 'cancelled' };
    return listen ? { stream: new MediaStream() } : captureMicrophone(video);
  }

  /** Connects to the gateway during the question about the microphone; the INVITE waits for its answer. */
  async #placeCall(capturing: Promise<Capture>, gatherEarly: boolean): Promise<void> {
    const { request, phones, streamsChanged } = this.#options;
    const stream = new Promise<MediaStream>(resolve => {
      capturing.then(captured => 'stream' in captured && resolve(captured.stream));
    });
    await nextTask();
    if (this.#ended) return;
    let phone = phones.take(request);
    await nextTask();
    phone.prepare(request);
    await nextTask();
    if (this.#ended) return phone.hangUp();
    // The prepared phone may just have lost its connection.
    if (phone.ended) phone = phones.take(request);
    this.#phone = phone;
    phone.call(request.uri, {
      ...request,
      stream,
      gatherEarly,
      extraHeaders: pageContextHeaders(location.href, document.referrer),
      observer: {
        report: event => this.#report(event),
        remote: stream => {
          this.remote = stream;
          this.#speaker.play(stream);
          this.#remoteLevel ??= this.#speaker.level(stream);
          streamsChanged();
        },
      },
    });
  }

  /** Opens what is needed only once the call may be answered. */
  #openDevices(): void {
    const { local: stream } = this;
    if (this.#ended || !stream) return;
    this.#devices = new CallDevices({
      stream,
      send: async fresh => await this.#phone?.replaceTrack(fresh),
      speaker: this.#speaker,
      changed: this.#options.streamsChanged,
    });
    this.#requestedMedia = new RequestedMedia({
      send: async track => (await this.#phone?.send(track)) ?? false,
      stop: async kind => await this.#phone?.stop(kind),
      report: event => this.#report(event),
      opened: track => this.#devices?.add(track),
      closed: kind => this.#devices?.drop(kind),
    });
    this.#options.streamsChanged();
  }

  readonly #failed = (error: unknown): void => {
    console.error('<sip-call>:', error);
    this.#abort('failed');
  };

  #abort(reason: EndReason): void {
    if (this.#ended) return;
    // The store applies it only while the card is open.
    whenAvailable(reason, this.#options.report, report => report({ type: 'device-allowed' }));
    this.hangUp(reason);
  }

  #report(event: CallEvent): void {
    if (this.#ended) return;
    // The INVITE is sent first.
    if (event.type === 'invited') setTimeout(() => this.#openDevices());
    this.#qualityWatch.take(event);
    if (event.type === 'ended') this.#close();
    this.#tones.play(event);
    this.#options.report(event);
    const shown = this.local?.getVideoTracks().length;
    if (event.type === 'answered' && shown && !this.#phone?.sends('video'))
      this.#requestedMedia?.declined('camera');
  }

  #close(): void {
    this.#ended = true;
    this.#wakeLock.end();
    this.#devices?.close();
    this.#requestedMedia?.close();
    this.#releaseLock();
    removeEventListener('pagehide', this.#onPageHide);
    if (this.local) release(this.local);
  }
}
