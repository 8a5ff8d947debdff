// Size limits of a message. SIP has no limits; a public gateway needs them.

export interface MessageLimits {
  /** Start line, header section and body together, in bytes. */
  readonly messageBytes: number;
  /** Start line and header section, in bytes. Matters on streams, before the end of the body arrives. */
  readonly headerBytes: number;
  readonly headerFields: number;
}

export const messageLimits: MessageLimits = {
  messageBytes: 64 * 1024,
  headerBytes: 32 * 1024,
  headerFields: 256,
};
