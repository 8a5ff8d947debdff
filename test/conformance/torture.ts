// The format of a row in the torture tables, and of its message: as in RFC 4475, whose section 2 marks long and
// unprintable text with <repeat> and <hex>. Lines end in CRLF.

/** The layer that decides about a message. */
export type Layer =
  /** `parseMessage`: not a SIP message, or not trustworthy. */
  | 'parser'
  /** `checkRequest`, `checkResponse`: invalid. */
  | 'sanity'
  /** It belongs to no transaction of the engine. */
  | 'transaction'
  /** The engine answers it without the application. */
  | 'user agent'
  /** The application answers it. */
  | 'application';

export interface TortureRow {
  readonly section: string;
  readonly name: string;
  readonly title: string;
  /** The RFC's requirement for a receiver, nearly verbatim. */
  readonly says: string;
  readonly layer: Layer;
  /** The final status that a sender over UDP receives. */
  readonly answer: number | 'silence';
  readonly deviation?: string;
  /** Of the message's file in the archive in appendix A of RFC 4475. */
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
