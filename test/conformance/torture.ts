// What a row of the torture tables says, and how its message is written: as in RFC 4475, whose section 2
// marks long and unprintable text with <repeat> and <hex>. Lines end in CRLF.

/** Who has the last word on a message. */
export type Layer =
  /** `parseMessage`: no SIP message, or none that can be trusted. */
  | 'parser'
  /** `checkRequest`, `checkResponse`: one that makes no sense. */
  | 'sanity'
  /** It belongs to no transaction of ours. */
  | 'transaction'
  /** The engine answers what the RFC decides by itself. */
  | 'user agent'
  /** It reaches the application, which answers it. */
  | 'application';

export interface TortureRow {
  readonly section: string;
  readonly name: string;
  readonly title: string;
  /** What the RFC asks of a receiver, in its words or nearly so. */
  readonly says: string;
  readonly layer: Layer;
  /** The final status that a sender over UDP hears. */
  readonly answer: number | 'silence';
  readonly deviation?: string;
  /** Of the message's file in the archive that is appendix A of RFC 4475. */
  readonly sha256?: string;
  readonly message: Buffer;
}

export function sip(template: TemplateStringsArray, ...inserted: readonly string[]): Buffer {
  const text = String.raw(template, ...inserted)
    .slice(1)
    .replace(/<repeat count=(\d+)>(.*?)<\/repeat>/g, (_, count, unit) => unit.repeat(Number(count)));
  const parts = text.split(/<hex>([0-9A-F\n]*)<\/hex>/);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0
        ? Buffer.from(part.replaceAll('\n', '\r\n'))
        : Buffer.from(part.replaceAll('\n', ''), 'hex'),
    ),
  );
}
