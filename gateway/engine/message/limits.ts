// How much of a message the engine is willing to read. SIP sets no limits; a public gateway must.

export interface MessageLimits {
  /** Start line, header section and body together, in bytes. */
  readonly messageBytes: number;
  /** Start line and header section, in bytes; matters on streams, where the body's end is not yet in sight. */
  readonly headerBytes: number;
  readonly headerFields: number;
}

export const messageLimits: MessageLimits = {
  messageBytes: 64 * 1024,
  headerBytes: 32 * 1024,
  headerFields: 256,
};
