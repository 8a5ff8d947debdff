// One test of the visitor's sound: a call to the gateway's echo, which nobody else hears of. Measures what leaves and
// what comes back, and reports what it finds; draws nothing.

import { afterPaint } from '../base/after-paint.ts';
import type { EndReason } from '../call/call-store.ts';
import { Phone } from '../call/phone.ts';
import { readingOf } from '../call/quality.ts';
import { claimCall } from '../call/single-call.ts';
import { takeToken } from '../call/token.ts';
import { CallDevices } from './call-devices.ts';
import type { DeviceKind } from './devices.ts';
import type { Level } from './level.ts';
import { capture, mended, willAsk } from './microphone.ts';
import type { SoundSource } from './sound.ts';
import { type Findings, findingsAfter, noFindings, type SoundTrial } from './sound-test-result.ts';
import { Speaker } from './speaker.ts';

export interface SoundTestRequest {
  readonly socket: string;
  /** Where tokens are had. */
  readonly tokens: string;
  /** Of whom the visitor is about to call; the echo is their domain's. */
  readonly uri: string;
  readonly video: boolean;
  /** Made while the visitor's gesture was handled. */
  readonly sound: SoundSource;
  report(trial: SoundTrial): void;
  /** Ten times a second, 0 to 1. */
  levels(mine: number, returned: number): void;
  /** Devices or pictures are not what they were. */
  changed(): void;
}

export class SoundTest {
  readonly #request: SoundTestRequest;
  readonly #speaker: Speaker;
  #phone: Phone | undefined;
  #equipment: CallDevices | undefined;
  #mine: Level | undefined;
  #returned: Level | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #findings: Findings = noFindings;
  #received = 0;
  #roundTrip: number | undefined;
  #over = false;
  /** The microphone, and the camera when it was asked for. */
  local: MediaStream | undefined;

  constructor(request: SoundTestRequest) {
    this.#request = request;
    this.#speaker = new Speaker(request.sound, 1);
    this.#begin().catch(error => {
      console.error('<sip-call>:', error);
      this.#end('failed');
    });
  }

  choose(kind: DeviceKind, id: string): void {
    this.#equipment?.choose(kind, id);
  }

  stop(): void {
    this.#end('hung-up');
  }

  async #begin(): Promise<void> {
    const { socket, tokens, uri, video, report } = this.#request;
    const yieldCall = await claimCall();
    if (!yieldCall) return this.#end('elsewhere');
    // Not kept: a call that is begun in the midst of the test must find the line free.
    yieldCall();
    if (await willAsk()) {
      report({ step: 'asking' });
      await afterPaint();
    }
    if (this.#over) return;
    const captured = await capture(video);
    if ('refused' in captured) return this.#end(captured.refused);
    const { stream } = captured;
    if (this.#over) return release(stream);
    this.local = stream;
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
        this.#request.changed();
      },
    });
    report({ step: 'connecting' });
    const echo = uri.replace(/^sip:[^@]*/, 'sip:echo-test');
    this.#phone = new Phone(socket, () => takeToken(tokens, echo));
    this.#phone.call(echo, {
      video: false,
      listen: false,
      early: true,
      stream: Promise.resolve(new MediaStream(stream.getAudioTracks())),
      extraHeaders: [],
      observer: {
        report: event => {
          if (event.type === 'answered') this.#listen();
          if (event.type === 'ended') this.#end(event.reason);
        },
        remote: stream => {
          this.#speaker.play(stream);
          this.#returned ??= this.#speaker.level(stream);
        },
      },
    });
  }

  #listen(): void {
    if (this.#over) return;
    this.#timer = setInterval(() => this.#sample(), 100);
    this.#sample();
  }

  #sample(): void {
    const mine = this.#mine?.now() ?? 0;
    const returned = this.#returned?.now() ?? 0;
    this.#request.levels(mine, returned);
    const sample = { mine, returned, received: this.#received, roundTrip: this.#roundTrip };
    this.#findings = findingsAfter(this.#findings, sample);
    this.#request.report({ step: 'listening', findings: this.#findings });
    if (this.#findings.samples % 5 === 1) void this.#read();
  }

  async #read(): Promise<void> {
    const reading = readingOf((await this.#phone?.getStats())?.values() ?? []);
    this.#received = reading?.received ?? this.#received;
    this.#roundTrip = reading?.roundTrip ?? this.#roundTrip;
  }

  #end(reason: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    const answered = this.#timer !== undefined;
    clearInterval(this.#timer);
    this.#phone?.hangUp();
    this.#equipment?.close();
    if (this.local) release(this.local);
    this.#speaker.close();
    const { report } = this.#request;
    if (reason === 'hung-up' && !answered) report({ step: 'untried' });
    // The gateway ends every test after a while: that is no failure.
    else if (answered && reason !== 'media-failed') report({ step: 'over', findings: this.#findings });
    else report({ step: 'failed', reason, allowed: false });
    if (!reason.startsWith('microphone')) return;
    // Weakly: that may be never, and the panel be long gone.
    const request = new WeakRef(this.#request);
    mended(reason).then(() => request.deref()?.report({ step: 'failed', reason, allowed: true }));
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
