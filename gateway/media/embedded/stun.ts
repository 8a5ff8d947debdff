// STUN binding messages of ICE (RFC 8489, RFC 8445 7.3): reads requests, verifies their integrity, writes
// responses. Never throws on a peer's bytes.

import { createHmac, timingSafeEqual } from 'node:crypto';

const cookie = 0x2112a442;
const attribute = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  unknown: 0x000a,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;
const understood: ReadonlySet<number> = new Set([...Object.values(attribute), 0x0014, 0x0015, 0x001d]);

export type StunKind = 'request' | 'indication' | 'success' | 'error';

export interface StunBinding {
  readonly kind: StunKind;
  readonly transaction: Buffer;
  readonly username: string | null;
  readonly useCandidate: boolean;
  readonly controlled: boolean;
  /** Unknown comprehension-required attributes (RFC 8489 6.3.1). */
  readonly unknown: readonly number[];
  /** Offset of MESSAGE-INTEGRITY, or -1. */
  readonly integrityAt: number;
}

/** Null for anything but a well-formed STUN binding message. */
export function readBinding(message: Buffer): StunBinding | null {
  if (message.length < 20 || message.length > 1500) return null;
  const type = message.readUInt16BE(0);
  const kind = ({ 1: 'request', 17: 'indication', 257: 'success', 273: 'error' } as const)[type];
  if (kind === undefined || message.readUInt32BE(4) !== cookie) return null;
  const size = message.readUInt16BE(2);
  if (size % 4 !== 0 || size + 20 !== message.length) return null;

  let username: string | null = null;
  let useCandidate = false;
  let controlled = false;
  let integrityAt = -1;
  let ended = false;
  const unknown: number[] = [];
  for (let at = 20; at < message.length; ) {
    if (at + 4 > message.length) return null;
    const name = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 2);
    if (at + 4 + length > message.length) return null;
    if (name === attribute.fingerprint) {
      if (length !== 4 || at + 8 !== message.length) return null;
      if (message.readUInt32BE(at + 4) !== fingerprintOf(message, at)) return null;
      ended = true;
    } else if (integrityAt < 0) {
      // RFC 8489 14.5: attributes after MESSAGE-INTEGRITY are not covered by it and are ignored.
      if (name === attribute.username) username = message.toString('latin1', at + 4, at + 4 + length);
      else if (name === attribute.useCandidate) useCandidate = true;
      else if (name === attribute.iceControlled) controlled = true;
      else if (name === attribute.integrity) {
        if (length !== 20) return null;
        integrityAt = at;
      } else if (name < 0x8000 && !understood.has(name)) unknown.push(name);
    }
    at += 4 + ((length + 3) & ~3);
  }
  // RFC 8445 7.1: ICE messages always carry FINGERPRINT.
  if (!ended) return null;
  return {
    kind,
    transaction: message.subarray(8, 20),
    username,
    useCandidate,
    controlled,
    unknown,
    integrityAt,
  };
}

/** Whether MESSAGE-INTEGRITY was made with this password (RFC 8489 14.5). */
export function isAuthentic(message: Buffer, binding: StunBinding, password: string): boolean {
  const at = binding.integrityAt;
  if (at < 0) return false;
  return timingSafeEqual(integrityOf(message, at, password), message.subarray(at + 4, at + 24));
}

export interface BindingRequest {
  readonly transaction: Buffer;
  /** `remote-ufrag:local-ufrag` (RFC 8445 7.2.2). */
  readonly username: string;
  readonly password: string;
  readonly nominate: boolean;
  /** Further attributes, as bytes. */
  readonly extra?: Buffer;
}

/** A check of a controlling agent. The relay never sends one; the simulated browsers of the tests do. */
export function writeRequest(request: BindingRequest): Buffer {
  const body = Buffer.concat([
    field(attribute.username, Buffer.from(request.username, 'latin1')),
    field(attribute.priority, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    field(attribute.iceControlling, Buffer.alloc(8, 1)),
    ...(request.nominate ? [field(attribute.useCandidate, Buffer.alloc(0))] : []),
    ...(request.extra === undefined ? [] : [request.extra]),
  ]);
  return seal(0x0001, request.transaction, body, request.password);
}

export function writeSuccess(transaction: Buffer, password: string, address: string, port: number): Buffer {
  return seal(
    0x0101,
    transaction,
    field(attribute.xorMappedAddress, xorAddress(transaction, address, port)),
    password,
  );
}

/** 420 lists the attributes that are not understood; 487 is ICE's role conflict (RFC 8445 7.3.1.1). */
export function writeError(
  transaction: Buffer,
  password: string,
  code: 420 | 487,
  unknown: readonly number[],
): Buffer {
  const reason = code === 420 ? 'Unknown Attribute' : 'Role Conflict';
  const parts = [
    field(
      attribute.errorCode,
      Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)]),
    ),
  ];
  if (unknown.length > 0) {
    const names = Buffer.alloc(unknown.length * 2);
    unknown.forEach((name, i) => {
      names.writeUInt16BE(name, i * 2);
    });
    parts.push(field(attribute.unknown, names));
  }
  return seal(0x0111, transaction, Buffer.concat(parts), password);
}

function seal(type: number, transaction: Buffer, body: Buffer, password: string): Buffer {
  const at = 20 + body.length;
  const message = Buffer.alloc(at + 32);
  message.writeUInt16BE(type, 0);
  message.writeUInt16BE(message.length - 20, 2);
  message.writeUInt32BE(cookie, 4);
  transaction.copy(message, 8);
  body.copy(message, 20);
  message.writeUInt16BE(attribute.integrity, at);
  message.writeUInt16BE(20, at + 2);
  integrityOf(message, at, password).copy(message, at + 4);
  message.writeUInt16BE(attribute.fingerprint, at + 24);
  message.writeUInt16BE(4, at + 26);
  message.writeUInt32BE(fingerprintOf(message, at + 24), at + 28);
  return message;
}

/** The length field counts as if the message ended with MESSAGE-INTEGRITY (RFC 8489 14.5). */
function integrityOf(message: Buffer, at: number, password: string): Buffer {
  const head = Buffer.from(message.subarray(0, 20));
  head.writeUInt16BE(at + 24 - 20, 2);
  return createHmac('sha1', password).update(head).update(message.subarray(20, at)).digest();
}

function fingerprintOf(message: Buffer, at: number): number {
  return (crc32(message, at) ^ 0x5354554e) >>> 0;
}

function field(name: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16BE(name, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function xorAddress(transaction: Buffer, address: string, port: number): Buffer {
  const plain = addressBytes(address);
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), transaction]);
  const bytes = Buffer.alloc(4 + plain.length);
  bytes[1] = plain.length === 4 ? 1 : 2;
  bytes.writeUInt16BE(port ^ 0x2112, 2);
  plain.forEach((byte, i) => {
    bytes[4 + i] = byte ^ mask[i]!;
  });
  return bytes;
}

/**
 * The bytes of an address in the notation of sockets, so well-formed. An IPv4-mapped IPv6 address counts as
 * IPv4.
 */
export function addressBytes(address: string): Buffer {
  const dotted = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (dotted !== null) return Buffer.from(dotted.slice(1).map(Number));
  const [head = '', rest] = (address.split('%')[0] ?? '').split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
  const left = groups(head);
  const right = rest === undefined ? [] : groups(rest);
  const all = [...left, ...new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right];
  return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]));
}

const crcTable = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 (ISO 3309) for FINGERPRINT. node:zlib has this function only from Node 22 on. */
export function crc32(bytes: Uint8Array, end: number): number {
  let crc = 0xffffffff;
  for (let i = 0; i < end; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
