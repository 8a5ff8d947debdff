// A dialog of a call (RFC 3261 12) on the messages of drachtio-srf. The library's own Dialog is not used: it answers
// with 200, or with an old description, whatever has no listener. Here every request goes to the user of the dialog.

import type { Socket } from 'node:net';
import type { default as Srf, SrfRequest, SrfResponse } from 'drachtio-srf';
import type { CallErrorBoundary } from './error-boundary.ts';
import { refusedUnperformed } from './request-inspection.ts';

/** Decides what the requests of a dialog come to. */
export interface DialogUser {
  /** A request other than BYE; an ACK among them, which has no response. */
  requested(request: SrfRequest, response: SrfResponse): unknown;
  /** The far end has hung up, or the engine has, for both. */
  ended(): void;
}

export interface DialogRequest {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What a sender may want to see before the final response. */
export interface Progress {
  sent?(request: SrfRequest): void;
  provisional?(response: SrfResponse): void;
}

/** RFC 3261 17: no transaction lasts longer than 64*T1. */
const LONGEST_MS = 32_000;

export class Dialog {
  readonly id: string;
  /** The connection to the engine that requests go by; any there is where undefined. */
  readonly req: { socket: Socket | undefined };
  readonly user: DialogUser;
  /** Until either end has said BYE. */
  connected = true;
  readonly #dialogs: Dialogs;

  constructor(dialogs: Dialogs, id: string, socket: Socket | undefined, user: DialogUser) {
    this.#dialogs = dialogs;
    this.id = id;
    this.req = { socket };
    this.user = user;
  }

  /** Resolves to the final response. A 2xx to an INVITE is acknowledged, and a reliable provisional response too. */
  request({ method, headers = {}, body }: DialogRequest, progress: Progress = {}): Promise<SrfResponse> {
    return new Promise((resolve, reject) => {
      const { socket } = this.req;
      const options = {
        method,
        headers,
        stackDialogId: this.id,
        ...(body && { body }),
        ...(socket && { _socket: socket }),
      };
      this.#dialogs.srf.request('sip:placeholder', options, (error, sent) => {
        if (error || !sent) {
          reject(error ?? new Error('the engine sent nothing'));
          return;
        }
        progress.sent?.(sent);
        sent.on('response', (response, acknowledge) => {
          if (response.status < 200) {
            progress.provisional?.(response);
            if (response.has('RSeq')) acknowledge();
            return;
          }
          if (method === 'INVITE' && response.status < 300) acknowledge();
          resolve(response);
        });
      });
    });
  }

  /** Hangs up; resolves once that was answered or given up. */
  async end(headers: Record<string, string>): Promise<void> {
    if (!this.connected) return;
    this.connected = false;
    // The peer's own BYE may cross ours, and is still answered.
    const late = setTimeout(() => this.#dialogs.forget(this), LONGEST_MS).unref();
    try {
      await this.request({ method: 'BYE', headers });
    } catch {
      // The engine ended it before, or is away.
    }
    clearTimeout(late);
    this.#dialogs.forget(this);
  }

  /** A request of the peer in this dialog. */
  received(request: SrfRequest, response: SrfResponse): unknown {
    if (request.method === 'BYE') {
      this.#dialogs.forget(this);
      response.send(200);
      if (!this.connected) return undefined;
      this.connected = false;
      return this.user.ended();
    }
    if (this.connected) {
      if (refusedUnperformed(request, response, 'dialog')) return undefined;
      return this.user.requested(request, response);
    }
    if (request.method !== 'ACK') response.send(481);
    return undefined;
  }

  /** The INVITE that made it has failed: it never was more than an early dialog (RFC 3261 12.3). */
  dissolve(): void {
    this.connected = false;
    this.#dialogs.forget(this);
  }
}

/** An INVITE was answered whose transaction has ended: a CANCEL has crossed the answer (RFC 3261 9.2). */
export class AnswerTooLate extends Error {}

/** `error`: the words of the engine or of drachtio-server. */
function answerError(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (/unknown transaction/i.test(text)) return new AnswerTooLate(text);
  return error instanceof Error ? error : new Error(text);
}

/** The dialogs of all calls, early ones among them. */
export class Dialogs {
  readonly srf: Srf;
  readonly #known = new Map<string, Dialog>();

  /** Requests of a dialog are handed on before any other part of the application sees them. */
  constructor(srf: Srf, boundary: CallErrorBoundary) {
    this.srf = srf;
    const receive = boundary.answering((request, response) => {
      const dialog = this.#known.get(request.stackDialogId);
      if (dialog) return dialog.received(request, response);
      // RFC 3261 12.2.2.
      if (request.method !== 'ACK') response.send(481);
      return undefined;
    });
    srf.use((request, response, next) => {
      // drachtio-srf would answer an UPDATE beside a pending INVITE with 500.
      if (request.method === 'INVITE') request.on('update', receive);
      if (this.#known.has(request.stackDialogId)) receive(request, response);
      else next();
    });
  }

  get size(): number {
    return this.#known.size;
  }

  open(id: string, socket: Socket | undefined, user: DialogUser): Dialog {
    const dialog = new Dialog(this, id, socket, user);
    this.#known.set(id, dialog);
    return dialog;
  }

  /** Answers an INVITE with 200; the dialog is known before the peer's next message is read. */
  answer(
    request: SrfRequest,
    response: SrfResponse,
    answer: { readonly headers?: Record<string, string>; readonly body: string },
    user: DialogUser,
  ): Promise<Dialog> {
    return new Promise((resolve, reject) => {
      response.send(200, { headers: answer.headers ?? {}, body: answer.body }, error => {
        if (error) reject(answerError(error));
        else resolve(this.open(response.stackDialogId || request.stackDialogId, response.socket, user));
      });
    });
  }

  forget(dialog: Dialog): void {
    if (this.#known.get(dialog.id) === dialog) this.#known.delete(dialog.id);
  }
}
