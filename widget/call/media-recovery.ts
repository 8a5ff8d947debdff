// Detects whether media get through, and restarts ICE during a call when they no longer do (RFC 8445 9), for as long as
// the gateway keeps the call. Works on connections; does not depend on SIP.

import { Backoff } from '../base/backoff.ts';
import type { CallEvent } from './call-store.ts';
import type { ReofferResult } from './reoffer.ts';

/** Milliseconds; a restart needs this time to find a candidate pair. */
const intervals = { first: 4_000, max: 8_000 };

export interface MediaRecoveryActions {
  /** Milliseconds for which the gateway keeps a call without media. */
  grace(): number;
  /** Sends an offer with new ICE credentials; resolves with the other side's answer. */
  restart(): Promise<ReofferResult>;
  report(event: CallEvent): void;
  /** Media cannot be restored, or not within the grace period. */
  giveUp(): void;
}

export class MediaRecovery {
  readonly #connection: RTCPeerConnection;
  readonly #actions: MediaRecoveryActions;
  readonly #backoff = new Backoff(() => void this.#restart(), intervals);
  #connectedOnce = false;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: RTCPeerConnection, actions: MediaRecoveryActions) {
    this.#connection = connection;
    this.#actions = actions;
    connection.addEventListener('connectionstatechange', () => this.#stateChanged());
  }

  /** Media have got through at some time. */
  get connectedOnce(): boolean {
    return this.#connectedOnce;
  }

  /** The network has changed: restarts ICE immediately. */
  networkChanged(): void {
    if (this.#connectedOnce) this.#backoff.retryNow();
  }

  /** Conditions may have changed: restarts ICE immediately, but only when media are lost. */
  retryNow(): void {
    if (this.#graceTimer) this.#backoff.retryNow();
  }

  close(): void {
    this.#backoff.stop();
    clearTimeout(this.#graceTimer);
  }

  #stateChanged(): void {
    const state = this.#connection.connectionState;
    // ICE cannot repair a failed DTLS handshake (RFC 8842 5.4).
    const dtlsFailed = this.#connection.getSenders().some(({ transport }) => transport?.state === 'failed');
    if (state === 'connected') this.#restored();
    else if (state === 'failed' && (!this.#connectedOnce || dtlsFailed)) this.#actions.giveUp();
    else if (this.#connectedOnce && (state === 'disconnected' || state === 'failed')) this.#interrupted();
  }

  #restored(): void {
    this.#connectedOnce = true;
    this.#backoff.stop();
    if (!this.#graceTimer) return;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    this.#actions.report({ type: 'media-restored' });
  }

  #interrupted(): void {
    if (this.#graceTimer) return;
    this.#graceTimer = setTimeout(() => this.#actions.giveUp(), this.#actions.grace());
    this.#actions.report({ type: 'media-lost' });
    this.#backoff.retryNow();
  }

  async #restart(): Promise<void> {
    const outcome = await this.#actions.restart();
    // When the old pair still works, no other restart is needed.
    if (outcome === 'agreed' && this.#connection.connectionState === 'connected') this.#backoff.stop();
  }
}
