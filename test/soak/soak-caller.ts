// The soak's callers: each call follows a script, named in the called user part.

import { randomBytes } from 'node:crypto';
import type { LossyLink } from './lossy-link.ts';
import { field, type Plain, Repeater, SoakSocket, sdp, uriOf } from './soak-socket.ts';

export type Script = 'hangs-up' | 'is-hung-up' | 'is-busy' | 'cancels' | 'renegotiates' | 'stays';

/** Of ten calls; common scripts come more often. */
export const mix: readonly Script[] = [
  'hangs-up',
  'is-hung-up',
  'hangs-up',
  'renegotiates',
  'hangs-up',
  'cancels',
  'is-hung-up',
  'hangs-up',
  'is-busy',
  'is-hung-up',
];

export class SoakCaller {
  readonly #calls = new Map<string, CallerCall>();
  readonly #enginePort: number;
  readonly #t1: number;
  socket!: SoakSocket;

  private constructor(enginePort: number, t1: number) {
    this.#enginePort = enginePort;
    this.#t1 = t1;
  }

  static async open(link: LossyLink, enginePort: number, t1: number): Promise<SoakCaller> {
    const caller = new SoakCaller(enginePort, t1);
    caller.socket = await SoakSocket.open(link, (message, callId) =>
      caller.#calls.get(callId)?.received(message),
    );
    return caller;
  }

  /** Resolves when the call is over: undefined when it followed the script, else what failed. */
  async call(script: Script): Promise<string | undefined> {
    const callId = randomBytes(12).toString('hex');
    let call: CallerCall | undefined;
    const cause = await new Promise<string | undefined>(resolve => {
      call = new CallerCall(this.socket, this.#enginePort, this.#t1, callId, script, resolve);
      this.#calls.set(callId, call);
      call.invite();
    });
    // The other side may not have received the last message.
    setTimeout(() => {
      this.#calls.delete(callId);
      call?.stop();
    }, 64 * this.#t1);
    return cause;
  }
}

class CallerCall {
  readonly #socket: SoakSocket;
  readonly #port: number;
  readonly #t1: number;
  readonly #callId: string;
  readonly #script: Script;
  readonly #done: (cause: string | undefined) => void;
  readonly #repeaters = new Map<string, Repeater>();
  readonly #patience: NodeJS.Timeout;
  #uri: string;
  #to: string;
  #answered = 0;
  #cancelled = false;
  #state = 'calling';

  constructor(
    socket: SoakSocket,
    port: number,
    t1: number,
    callId: string,
    script: Script,
    done: (cause: string | undefined) => void,
  ) {
    this.#socket = socket;
    this.#port = port;
    this.#t1 = t1;
    this.#callId = callId;
    this.#script = script;
    this.#done = done;
    this.#uri = `sip:${script}@127.0.0.1:${port}`;
    this.#to = `<${this.#uri}>`;
    this.#patience = setTimeout(() => this.#end(`stuck, ${this.#state}`), 96 * t1 + 2_000);
  }

  invite(): void {
    this.#begin('INVITE', 1, sdp, Number.POSITIVE_INFINITY);
  }

  received(message: Plain): void {
    if (message.status === undefined) this.#requested(message);
    else if (message.method === 'INVITE') this.#inviteAnswered(message, message.status);
    else if (message.status >= 200) {
      this.#settle(message);
      if (message.method !== 'BYE') return;
      this.#end(message.status === 200 ? undefined : `BYE answered ${message.status}`);
    }
  }

  stop(): void {
    clearTimeout(this.#patience);
    for (const repeater of this.#repeaters.values()) repeater.stop();
    this.#repeaters.clear();
  }

  #requested(message: Plain): void {
    if (message.method === 'ACK') return;
    this.#socket.send(this.#socket.respond(message, '200 OK', ''), this.#port);
    if (message.method !== 'BYE') return;
    const reason = field(message.text, 'Reason');
    this.#end(this.#script === 'is-hung-up' ? undefined : `hung up on: ${reason}`);
  }

  #inviteAnswered(message: Plain, status: number): void {
    if (status < 200) {
      this.#settle(message);
      if (this.#script === 'cancels' && !this.#cancelled) {
        this.#cancelled = true;
        setTimeout(() => this.#cancel(), 10);
      }
      return;
    }
    this.#settle(message);
    if (status >= 300) {
      const to = field(message.text, 'To');
      this.#socket.send(
        this.#write('ACK', message.cseq, '', this.#branch('INVITE', message.cseq), to),
        this.#port,
      );
      // The ACK was lost and the re-INVITE was not (RFC 3261 14.1).
      if (status === 491 && message.cseq > 1) {
        if (message.cseq <= this.#answered) return;
        this.#answered = message.cseq;
        setTimeout(
          () => this.#begin('INVITE', message.cseq + 1, sdp, Number.POSITIVE_INFINITY),
          4 * this.#t1,
        );
        return;
      }
      const expected = { 'is-busy': 486, cancels: 487 } as Partial<Record<Script, number>>;
      this.#end(status === expected[this.#script] ? undefined : `INVITE answered ${status}`);
      return;
    }
    this.#to = field(message.text, 'To');
    this.#uri = uriOf(field(message.text, 'Contact'));
    this.#socket.send(this.#write('ACK', message.cseq, '', this.#branch('ACK', message.cseq)), this.#port);
    if (message.cseq <= this.#answered) return;
    this.#answered = message.cseq;
    this.#state = 'talking';
    if (this.#script === 'renegotiates' && message.cseq === 1) {
      setTimeout(() => this.#begin('INVITE', 2, sdp, Number.POSITIVE_INFINITY), 10);
    } else if (this.#script === 'hangs-up' || this.#script === 'renegotiates') {
      setTimeout(() => this.#hangUp(), 10);
    } else if (this.#script === 'stays') this.#end(undefined);
  }

  #cancel(): void {
    this.#state = 'cancelling';
    this.#begin('CANCEL', 1, '', 8 * this.#t1);
  }

  #hangUp(): void {
    this.#state = 'hanging up';
    this.#begin('BYE', 99, '', 8 * this.#t1);
  }

  #begin(method: string, cseq: number, body: string, cap: number): void {
    // RFC 3261 9.1: a CANCEL has its INVITE's branch.
    const branch = this.#branch(method === 'CANCEL' ? 'INVITE' : method, cseq);
    const text = this.#write(method, cseq, body, branch);
    const repeater = new Repeater(() => this.#socket.send(text, this.#port), this.#t1, cap);
    this.#repeaters.set(`${method} ${cseq}`, repeater);
  }

  #settle(response: Plain): void {
    this.#repeaters.get(`${response.method} ${response.cseq}`)?.stop();
  }

  #end(cause: string | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.stop();
    this.#done(cause);
  }

  #branch(method: string, cseq: number): string {
    return `z9hG4bK-${this.#callId}-${method}${cseq}`;
  }

  #write(method: string, cseq: number, body: string, branch: string, to = this.#to): string {
    return [
      `${method} ${this.#uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.#socket.port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:caller@127.0.0.1>;tag=${this.#callId.slice(0, 8)}`,
      `To: ${to}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${cseq} ${method}`,
      ...this.#socket.ending(body),
    ].join('\r\n');
  }
}
