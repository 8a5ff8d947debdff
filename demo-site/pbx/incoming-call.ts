// One call to the demo PBX, from INVITE to the last released port. Handles SIP only; a program plays the audio.

import { setTimeout as wait } from 'node:timers/promises';
import type Srf from 'drachtio-srf';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { CallMedia, type CallMediaOptions } from './call-media.ts';
import type { Action } from './dialplan.ts';
import type { Program } from './programs.ts';

export interface CallTimes {
  /** The delay before ringing, and the delay before the answer. */
  readonly ringsAfterMs: number;
  readonly ringsForMs: number;
  /** The longest ringing of an extension that never answers, and the longest call. */
  readonly ringLimitMs: number;
  readonly callLimitMs: number;
}

export interface CallContext extends CallMediaOptions {
  readonly srf: Srf;
  readonly times: CallTimes;
  /** Starts the audio after the answer. `done` ends the call. Undefined if the codec is not supported. */
  start(action: Action, media: CallMedia, done: () => void): Program | undefined;
}

export class IncomingCall {
  readonly #request: SrfRequest;
  readonly #response: SrfResponse;
  readonly #context: CallContext;
  /** Aborted when the call is over, for any reason. */
  readonly #over = new AbortController();
  #media: CallMedia | undefined;
  #dialog: Dialog | undefined;
  #program: Program | undefined;

  constructor(request: SrfRequest, response: SrfResponse, context: CallContext) {
    this.#request = request;
    this.#response = response;
    this.#context = context;
    // The engine has already answered 200 and 487.
    request.on('cancel', () => this.#finish());
  }

  /** Resolves when the call is over and its resources are released. Never rejects. */
  async run(action: Action): Promise<void> {
    try {
      await this.#serve(action);
    } catch {
      // Cancelled, or the connection to the caller was lost: in both cases no answer is possible.
    } finally {
      this.#finish();
    }
  }

  /** Ends the call, or refuses it if it is not answered yet. */
  async end(): Promise<void> {
    if (this.#over.signal.aborted) return;
    const dialog = this.#dialog;
    if (!dialog) this.#response.send(480);
    this.#finish();
    await dialog?.destroy().catch(() => undefined);
  }

  async #serve(action: Action): Promise<void> {
    const { times } = this.#context;
    const { signal } = this.#over;
    if (action.type === 'refuse') return this.#response.send(action.status);
    if (action.type === 'ring') {
      await this.#ring(times.ringLimitMs);
      return this.#response.send(480);
    }
    const media = await CallMedia.open(this.#request.body ?? '', this.#context);
    if (signal.aborted) return media?.close();
    if (!media) return this.#response.send(488);
    this.#media = media;
    if (action.type === 'greet') await this.#ring(times.ringsForMs);
    await this.#answer(action, media);
  }

  /** Rejects if the call ends in the meantime. */
  async #ring(ms: number): Promise<void> {
    const { signal } = this.#over;
    await wait(this.#context.times.ringsAfterMs, undefined, { signal });
    this.#response.send(180);
    await wait(ms, undefined, { signal });
  }

  async #answer(action: Action, media: CallMedia): Promise<void> {
    const { start, times } = this.#context;
    const { signal } = this.#over;
    const ended = new Promise<void>(resolve => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const dialog = await this.#accept(media);
    // The call ended after the 200 was sent: the dialog exists and must be ended.
    if (signal.aborted) return void (dialog.connected && dialog.destroy().catch(() => undefined));

    const hangUp = () => void this.end();
    this.#program = start(action, media, hangUp);
    if (!this.#program) hangUp();
    const limit = setTimeout(hangUp, times.callLimitMs);
    await ended;
    clearTimeout(limit);
  }

  /**
   * Answers 200. The listeners are set in the callback, which runs as soon as the dialog exists: drachtio-srf reads all
   * messages of a segment before a promise resolves, and itself answers a request that has no listener.
   */
  #accept(media: CallMedia): Promise<Dialog> {
    return new Promise((resolve, reject) => {
      const options = { localSdp: media.answer };
      this.#context.srf.createUAS(this.#request, this.#response, options, (error, dialog) => {
        if (!dialog) return reject(error);
        this.#dialog = dialog;
        dialog.on('destroy', () => this.#finish());
        dialog.on('modify', (request, response) => void this.#renegotiate(media, request, response));
        dialog.on('update', (request, response) => {
          // RFC 3311 5.2: an UPDATE without an offer changes nothing.
          if (request.body) void this.#renegotiate(media, request, response);
          else response.send(200);
        });
        resolve(dialog);
      });
    });
  }

  async #renegotiate(media: CallMedia, request: SrfRequest, response: SrfResponse): Promise<void> {
    // RFC 3261 14.2: if the request has no offer, the 200 has ours.
    const accepted = !request.body || (await media.renegotiate(request.body).catch(() => false));
    if (!accepted) response.send(488);
    else response.send(200, { body: media.answer, headers: { 'Content-Type': 'application/sdp' } });
  }

  #finish(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#program?.stop();
    this.#media?.close();
  }
}
