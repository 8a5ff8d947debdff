// What one attack has sent, and the answers: counted by a short text, with a limit on different texts.

export interface Tallied {
  readonly sent: number;
  readonly answers: Readonly<Record<string, number>>;
  /** For attacks that measure the traffic back to an address: bytes sent, and bytes received there. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** True when the attack does not read its answers. */
  readonly unread?: boolean;
  /** Why it stopped early. */
  readonly failed?: string;
}

const MOST_ANSWERS = 30;

export class AttackTally {
  readonly #answers = new Map<string, number>();
  sent = 0;
  bytesOut = 0;
  bytesIn = 0;
  unread = false;
  failed: string | undefined;

  answered(what: string): void {
    const known = this.#answers.has(what) || this.#answers.size < MOST_ANSWERS;
    const name = known ? what : 'others';
    this.#answers.set(name, (this.#answers.get(name) ?? 0) + 1);
  }

  /** SIP, by status or method. */
  answeredSip(message: string): void {
    this.answered(/^SIP\/2\.0 (\d{3})/.exec(message)?.[1] ?? /^[A-Z]{3,12}/.exec(message)?.[0] ?? 'not SIP');
  }

  datagram(bytes: Buffer): void {
    this.bytesIn += bytes.length;
    this.answeredSip(bytes.toString('latin1', 0, 40));
  }

  get report(): Tallied {
    const { sent, bytesOut, bytesIn, unread, failed } = this;
    const answers = Object.fromEntries(this.#answers);
    return { sent, bytesOut, bytesIn, unread, answers, ...(failed !== undefined && { failed }) };
  }
}
