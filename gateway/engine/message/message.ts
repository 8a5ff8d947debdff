// The model of a SIP message (RFC 3261 7): start line, ordered headers, body. Header values stay text until a caller
// parses them.

/** The body of a message without one. */
export const NO_BODY: Buffer = Buffer.alloc(0);

/** One header field. `name` is the canonical long form (`Via`, `Call-ID`); `value` has no line folds. */
export interface HeaderField {
  readonly name: string;
  value: string;
}

/**
 * Header fields in order. Names match in any case and in compact form. Fields that RFC 3261 lets a sender join with
 * commas are split by the parser, so that each entry is one value: the topmost Via is always `get('via')`.
 */
export interface Headers extends Iterable<HeaderField> {
  /** The first value of that name. */
  get(name: string): string | undefined;
  all(name: string): string[];
  has(name: string): boolean;
  /** Replaces all values of that name by one, at the place of the first. */
  set(name: string, value: string): void;
  /** Adds a value after all others of the message. */
  append(name: string, value: string): void;
  /** Adds a value before the others of that name (Via, Route). */
  prepend(name: string, value: string): void;
  /** Removes every value of that name. */
  remove(name: string): void;
  /** Removes the first value of that name and returns it. */
  shift(name: string): string | undefined;
  clone(): Headers;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  uri: string;
  readonly headers: Headers;
  body: Buffer;
}

export interface SipResponse {
  readonly kind: 'response';
  status: number;
  reason: string;
  readonly headers: Headers;
  body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

/** Bytes from a peer that are not a SIP message, with the status and reason phrase for an answer, if one is due. */
export interface ParseFailure {
  readonly kind: 'failure';
  /** 400, 505 (another SIP version) or 513 (too large). */
  readonly status: number;
  readonly reason: string;
  /** The readable part of the message, if an answer can still be addressed (Via, From, To, Call-ID, CSeq). */
  readonly partial?: SipRequest;
}
