// One sound test: a call to the gateway's echo, which no PBX receives. Measures the audio that leaves and that comes
// back, and reports the findings. Draws nothing.

import type { EchoUser } from '../../contract/sip.ts';
import { afterPaint } from '../base/scheduling.ts';
import type { EndReason } from '../call/call-store.ts';
import { Phone } from '../call/phone.ts';
import type { CallRequest } from '../call/prepared-phone.ts';
import { readingOf } from '../call/quality.ts';
import { claimCall } from '../call/single-call.ts';
import { takeToken } from '../call/token.ts';
import { CallDevices } from './call-devices.ts';
import type { DeviceKind } from './devices.ts';
import type { Level } from './level.ts';
import { captureMicrophone, release, whenAvailable, willAsk } from './microphone.ts';
import type { SoundSource } from './sound.ts';
import { type Findings, findingsAfter, noFindings, type SoundTestState } from './sound-test-result.ts';
import { Speaker } from './speaker.ts';

const echoUser = 'echo-test' satisfies EchoUser;

export interface SoundTestOptions {
  /** The call that the visitor is about to make; the echo has the same domain. */
  readonly request: CallRequest;
  /** Created during the visitor's gesture. */
  readonly sound: SoundSource;
  report(state: SoundTestState): void;
  /** Ten times a second, 0 to 1. */
  levels(local: number, returned: number): void;
  /** Devices or video streams have changed. */
  changed(): void;
}

export class SoundTest {
  readonly #options: SoundTestOptions;
  readonly #speaker: Speaker;
  #phone: Phone | undefined;
  #devices: CallDevices | undefined;
  #returnedLevel: Level | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #findings: Findings = noFindings;
  #received = 0;
  #roundTrip: number | undefined;
  #ended = false;
  /** The microphone, and the camera when it was requested. */
  local: MediaStream | undefined;

  constructor(options: SoundTestOptions) {
    this.#options = options;
    this.#speaker = new Speaker(options.sound, 1);
    this.#begin().catch(error => {
      console.error('<sip-call>:', error);
      this.#end('failed');
    });
  }

  choose(kind: DeviceKind, id: string): void {
    this.#devices?.choose(kind, id);
  }

  stop(): void {
    this.#end('hung-up');
  }

  async #begin(): Promise<void> {
    const { request, report } = this.#options;
    const releaseLock = await claimCall();
    if (!releaseLock) return this.#end('elsewhere');
    // Released immediately: a call that starts during the test must get the lock.
    releaseLock();
    if (await willAsk()) {
      report({ step: 'asking' });
      await afterPaint();
    }
    if (this.#ended) return;
    const captured = await captureMicrophone(request.video);
    if ('refused' in captured) return this.#end(captured.refused);
    const { stream } = captured;
    if (this.#ended) return release(stream);
    this.local = stream;
    this.#devices = new CallDevices({
      stream,
      send: async fresh => await this.#phone?.replaceTrack(fresh),
      speaker: this.#speaker,
      changed: () => this.#options.changed(),
    });
    report({ step: 'connecting' });
    const echo = request.uri.replace(/^sip:[^@]*/, `sip:${echoUser}`);
    this.#phone = new Phone(request.socket, () => takeToken(request.tokenUrl, echo));
    this.#phone.call(echo, {
      video: false,
      listen: false,
      gatherEarly: true,
      stream: Promise.resolve(new MediaStream(stream.getAudioTracks())),
      extraHeaders: [],
      observer: {
        report: event => {
          if (event.type === 'answered') this.#listen();
          if (event.type === 'ended') this.#end(event.reason);
        },
        remote: stream => {
          this.#speaker.play(stream);
          this.#returnedLevel ??= this.#speaker.level(stream);
        },
      },
    });
  }

  #listen(): void {
    if (this.#ended) return;
    this.#timer = setInterval(() => this.#sample(), 100);
    this.#sample();
  }

  #sample(): void {
    const local = this.#devices?.level ?? 0;
    const returned = this.#returnedLevel?.now() ?? 0;
    this.#options.levels(local, returned);
    const sample = { local, returned, received: this.#received, roundTrip: this.#roundTrip };
    this.#findings = findingsAfter(this.#findings, sample);
    this.#options.report({ step: 'listening', findings: this.#findings });
    if (this.#findings.samples % 5 === 1) void this.#read();
  }

  async #read(): Promise<void> {
    const reading = readingOf((await this.#phone?.getStats())?.values() ?? []);
    this.#received = reading?.received ?? this.#received;
    this.#roundTrip = reading?.roundTrip ?? this.#roundTrip;
  }

  #end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    const answered = this.#timer !== undefined;
    clearInterval(this.#timer);
    this.#phone?.hangUp();
    this.#devices?.close();
    if (this.local) release(this.local);
    this.#speaker.close();
    const { report } = this.#options;
    if (reason === 'hung-up' && !answered) report({ step: 'untried' });
    // The gateway ends every test after a while: that is no failure.
    else if (answered && reason !== 'media-failed') report({ step: 'over', findings: this.#findings });
    else report({ step: 'failed', reason, allowed: false });
    whenAvailable(reason, this.#options, options =>
      options.report({ step: 'failed', reason, allowed: true }),
    );
  }
}
