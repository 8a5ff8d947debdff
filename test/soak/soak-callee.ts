// The soak's callee: follows the script in the user part of the Request-URI.

import type { LossyLink } from './lossy-link.ts';
import { field, type Plain, Repeater, SoakSocket, sdp, uriOf } from './soak-socket.ts';

interface CalleeCall {
  readonly script: string;
  readonly invite: Plain;
  /** The last answer to each INVITE of the call, by CSeq. */
  readonly answers: Map<number, string>;
  readonly repeaters: Map<number, Repeater>;
  bye: Repeater | undefined;
  hungUp: boolean;
}

export class SoakCallee {
  readonly #calls = new Map<string, CalleeCall>();
  readonly #enginePort: () => number;
  readonly #t1: number;
  readonly causes = new Map<string, number>();
  /** The SDP answer for each call. */
  answer = sdp;
  /** How long it talks in scripts in which it hangs up. */
  talksMs = 10;
  socket!: SoakSocket;

  private constructor(enginePort: () => number, t1: number) {
    this.#enginePort = enginePort;
    this.#t1 = t1;
  }

  /** The engine is started after its callee, so this is a function. */
  static async open(link: LossyLink, enginePort: () => number, t1: number): Promise<SoakCallee> {
    const callee = new SoakCallee(enginePort, t1);
    callee.socket = await SoakSocket.open(link, (message, callId) => callee.#received(message, callId));
    return callee;
  }

  get calls(): number {
    return this.#calls.size;
  }

  #received(message: Plain, callId: string): void {
    const call = this.#calls.get(callId);
    if (message.status !== undefined) {
      if (message.method === 'BYE' && message.status >= 200) call?.bye?.stop();
    } else if (message.method === 'INVITE') this.#invited(message, callId, call);
    else if (call === undefined) {
      if (message.method !== 'ACK') this.#answer(message, '481 Call/Transaction Does Not Exist');
    } else if (message.method === 'ACK') this.#acknowledged(message, call);
    else {
      this.#answer(message, '200 OK');
      if (message.method === 'CANCEL') this.#finally(call, call.invite, '487 Request Terminated', '');
      else if (message.method === 'BYE') {
        call.hungUp = true;
        for (const repeater of call.repeaters.values()) repeater.stop();
        call.repeaters.clear();
      }
    }
  }

  #invited(message: Plain, callId: string, known: CalleeCall | undefined): void {
    const said = known?.answers.get(message.cseq);
    if (said !== undefined) {
      this.#send(said);
      return;
    }
    const call = known ?? this.#begin(message, callId);
    if (known !== undefined) this.#finally(call, message, '200 OK', this.answer);
    else {
      const ringing = this.socket.respond(message, '180 Ringing', 'callee');
      call.answers.set(message.cseq, ringing);
      this.#send(ringing);
      if (call.script === 'is-busy') this.#finally(call, message, '486 Busy Here', '');
      else if (call.script !== 'cancels')
        setTimeout(() => this.#finally(call, message, '200 OK', this.answer), 5);
    }
  }

  #begin(invite: Plain, callId: string): CalleeCall {
    const script = /^INVITE sip:([^@]*)@/.exec(invite.text)?.[1] ?? '';
    const call: CalleeCall = {
      script,
      invite,
      answers: new Map(),
      repeaters: new Map(),
      bye: undefined,
      hungUp: false,
    };
    this.#calls.set(callId, call);
    // Longer than the engine may keep the call, and longer than a call of the soak lasts.
    setTimeout(() => this.#forget(callId, call), 100 * this.#t1 + 3_000);
    return call;
  }

  #forget(callId: string, call: CalleeCall): void {
    this.#calls.delete(callId);
    for (const repeater of [...call.repeaters.values(), call.bye]) repeater?.stop();
    if (call.repeaters.size > 0) this.#count('never acknowledged');
    if (!call.hungUp && call.script !== 'is-busy' && call.script !== 'cancels') this.#count('never hung up');
  }

  #finally(call: CalleeCall, invite: Plain, status: string, body: string): void {
    const { cseq } = invite;
    if (call.repeaters.has(cseq) || /^SIP\/2.0 [2-6]/.test(call.answers.get(cseq) ?? '')) return;
    const answer = this.socket.respond(invite, status, 'callee', body);
    call.answers.set(cseq, answer);
    call.repeaters.set(cseq, new Repeater(() => this.#send(answer), this.#t1, 8 * this.#t1));
  }

  #acknowledged(ack: Plain, call: CalleeCall): void {
    call.repeaters.get(ack.cseq)?.stop();
    call.repeaters.delete(ack.cseq);
    if (call.script !== 'is-hung-up' || call.hungUp) return;
    call.hungUp = true;
    setTimeout(() => {
      call.bye = new Repeater(() => this.#send(this.#bye(call)), this.#t1, 8 * this.#t1);
    }, this.talksMs);
  }

  #bye(call: CalleeCall): string {
    const { text } = call.invite;
    const callId = field(text, 'Call-ID');
    return [
      `BYE ${uriOf(field(text, 'Contact'))} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.socket.port};branch=z9hG4bK-${callId}-bye;rport`,
      'Max-Forwards: 70',
      `From: ${field(text, 'To')};tag=callee`,
      `To: ${field(text, 'From')}`,
      `Call-ID: ${callId}`,
      'CSeq: 1 BYE',
      ...this.socket.ending(''),
    ].join('\r\n');
  }

  #answer(request: Plain, status: string): void {
    this.#send(this.socket.respond(request, status, 'callee'));
  }

  #send(text: string): void {
    this.socket.send(text, this.#enginePort());
  }

  #count(cause: string): void {
    this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
  }
}
