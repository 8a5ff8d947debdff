// Why a flow could not be had or ended badly. Errors of the operating system (ECONNREFUSED,
// ECONNRESET, certificate errors) pass through as they are; these are the ones we find ourselves.

export type TransportErrorCode =
  /** No connection within the time allowed. */
  | 'ETIMEDOUT'
  /** The peer's bytes cannot be cut into messages. */
  | 'EFRAMING'
  /** The peer does not read what we send, or left a message half sent. */
  | 'ESTALLED'
  /** We listen on nothing that could reach such an address. */
  | 'ENOTRANSPORT'
  /** The connection ended without a closing handshake. */
  | 'EABORTED'
  /** The connection ended in order, with an answer still due. */
  | 'ECLOSED'
  /** The peer takes the connection and does not speak TLS on it. */
  | 'ENOTLS'
  /** What the peer answered with could not be read. */
  | 'EUNREADABLE'
  /** We have too many transactions already. */
  | 'EFULL';

export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
  }
}
