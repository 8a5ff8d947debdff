// HMAC-SHA1 (RFC 2104, FIPS 180-4) for packets of a few hundred bytes. Plain JavaScript, because node:crypto
// creates an object for each message, which costs two to ten times as much as the hash. Key pads are hashed
// once, when the key is set.

const w = new Int32Array(80);
const tail = new Uint8Array(192);

function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++, at += 4) {
    w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let t: number;
  let i = 0;
  for (; i < 20; i++) {
    t = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + 0x5a827999 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (; i < 40; i++) {
    t = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (; i < 60; i++) {
    t = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + 0x8f1bbcdc + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (; i < 80; i++) {
    t = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
}

function startState(): Int32Array {
  return Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0);
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

export class HmacSha1 {
  readonly #inner = startState();
  readonly #outer = startState();
  readonly #state = new Int32Array(5);
  /** The last tag, 20 bytes; overwritten by the next {@link update}. */
  readonly tag = new Uint8Array(20);

  /** `key` of at most 64 bytes. */
  constructor(key: Uint8Array) {
    const pad = new Uint8Array(64);
    pad.set(key);
    for (let i = 0; i < 64; i++) pad[i] = pad[i]! ^ 0x36;
    compress(this.#inner, pad, 0);
    for (let i = 0; i < 64; i++) pad[i] = pad[i]! ^ 0x36 ^ 0x5c;
    compress(this.#outer, pad, 0);
  }

  /** Authenticates `data[start, end)`, followed by `word` big-endian unless that is null. Result in {@link tag}. */
  update(data: Uint8Array, start: number, end: number, word: number | null): void {
    const state = this.#state;
    state.set(this.#inner);
    let total = 64 + end - start;
    let at = start;
    for (; end - at >= 64; at += 64) compress(state, data, at);
    let rest = 0;
    while (at < end) tail[rest++] = data[at++]!;
    if (word !== null) {
      writeWord(tail, rest, word);
      rest += 4;
      total += 4;
    }
    finish(state, rest, total);
    for (let i = 0; i < 5; i++) writeWord(tail, i * 4, state[i]!);
    state.set(this.#outer);
    finish(state, 20, 84);
    for (let i = 0; i < 5; i++) writeWord(this.tag, i * 4, state[i]!);
  }
}

function finish(state: Int32Array, rest: number, total: number): void {
  tail[rest] = 0x80;
  const blocks = (rest + 9 + 63) >> 6;
  tail.fill(0, rest + 1, blocks * 64);
  writeWord(tail, blocks * 64 - 4, total * 8);
  for (let i = 0; i < blocks; i++) compress(state, tail, i * 64);
}
