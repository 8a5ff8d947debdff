// Why a flow could not be opened or failed. Errors of the operating system (ECONNREFUSED, ECONNRESET, certificate
// errors) are passed on unchanged; these codes are the engine's own.

export type TransportErrorCode =
  /** No connection within the time allowed. */
  | 'ETIMEDOUT'
  /** The peer's bytes cannot be split into messages. */
  | 'EFRAMING'
  /** The peer does not read, or left a message incomplete. */
  | 'ESTALLED'
  /** The engine has no transport for such an address. */
  | 'ENOTRANSPORT'
  /** The connection ended without a closing handshake. */
  | 'EABORTED'
  /** The connection ended normally before an answer arrived. */
  | 'ECLOSED'
  /** The peer accepts the connection but does not speak TLS. */
  | 'ENOTLS'
  /** The peer's answer could not be parsed. */
  | 'EUNREADABLE'
  /** The limit of transactions is reached. */
  | 'EFULL';

export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
  }
}
