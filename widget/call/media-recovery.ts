// Whether sound gets through, and what is done in mid-call when it no longer does: ICE is restarted until it finds a
// way (RFC 8445 9), for as long as somebody is likely to wait. Knows connections, not SIP.

import { Backoff } from '../base/backoff.ts';
import type { CallEvent } from './call-store.ts';
import type { ReofferResult } from './reoffer.ts';

/** Milliseconds; a restart must have the time to find its pair before there is another. */
const pace = { first: 4_000, most: 8_000 };

export interface MediaRecoveryOwner {
  /** Milliseconds that a call lives on without sound. */
  grace(): number;
  /** Offers with new ICE credentials; resolves with what the other side made of it. */
  restart(): Promise<ReofferResult>;
  report(event: CallEvent): void;
  /** It cannot be mended, or has not been for too long. */
  over(): void;
}

export class MediaRecovery {
  readonly #connection: RTCPeerConnection;
  readonly #owner: MediaRecoveryOwner;
  readonly #again = new Backoff(() => void this.#restart(), pace);
  #proved = false;
  #lost: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: RTCPeerConnection, owner: MediaRecoveryOwner) {
    this.#connection = connection;
    this.#owner = owner;
    connection.addEventListener('connectionstatechange', () => this.#changed());
  }

  /** Sound has got through at some time. */
  get proved(): boolean {
    return this.#proved;
  }

  /** The network is another one, or requests get through again: what waits for a restart need not wait longer. */
  moved(): void {
    if (this.#proved) this.#again.now();
  }

  /** The same, where nothing is known to have changed: only what is lost is tried again. */
  hurry(): void {
    if (this.#lost) this.#again.now();
  }

  close(): void {
    this.#again.end();
    clearTimeout(this.#lost);
  }

  #changed(): void {
    const state = this.#connection.connectionState;
    // A DTLS handshake that failed is nothing that ICE could mend (RFC 8842 5.4).
    const deaf = this.#connection.getSenders().some(({ transport }) => transport?.state === 'failed');
    if (state === 'connected') this.#found();
    else if (state === 'failed' && (!this.#proved || deaf)) this.#owner.over();
    else if (this.#proved && (state === 'disconnected' || state === 'failed')) this.#lose();
  }

  #found(): void {
    this.#proved = true;
    this.#again.end();
    if (!this.#lost) return;
    clearTimeout(this.#lost);
    this.#lost = undefined;
    this.#owner.report({ type: 'media-restored' });
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = setTimeout(() => this.#owner.over(), this.#owner.grace());
    this.#owner.report({ type: 'media-lost' });
    this.#again.now();
  }

  async #restart(): Promise<void> {
    const outcome = await this.#owner.restart();
    // Where the old pair still serves there is nothing to wait for.
    if (outcome === 'agreed' && this.#connection.connectionState === 'connected') this.#again.end();
  }
}
