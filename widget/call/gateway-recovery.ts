// Restores the signalling of an answered call after its WebSocket was lost or the visitor's network has changed:
// reconnects at growing intervals for as long as the gateway keeps the call, then announces the new address with an
// UPDATE (RFC 3311). Restores no media; that is in media-recovery.ts.

import { Backoff } from '../base/backoff.ts';
import type { CallEvent, EndReason } from './call-store.ts';
import type { GatewaySocket } from './gateway-socket.ts';
import type { UA } from './jssip.ts';
import { watchNetwork } from './network-watch.ts';
import type { OfferingSession } from './reoffer.ts';

const intervals = { first: 1_000, max: 8_000 };

export interface GatewayRecoveryActions {
  answered(): boolean;
  /** Undefined until the call is placed. */
  session(): OfferingSession | undefined;
  report(event: CallEvent): void;
  hangUp(reason?: EndReason): void;
  /** Signalling works again, or the page is visible again: lost media need not wait for the next attempt. */
  retryMedia(networkChanged: boolean): void;
}

export class GatewayRecovery {
  readonly #ua: UA;
  readonly #socket: GatewaySocket;
  readonly #actions: GatewayRecoveryActions;
  readonly #backoff = new Backoff(() => this.reconnect(), intervals);
  readonly #stopWatching = watchNetwork({
    changed: () => this.#networkHasChanged(),
    shown: () => {
      if (this.#backoff.running) this.#backoff.retryNow();
      this.#actions.retryMedia(false);
    },
  });
  /** Since the last request that gave the gateway our address. */
  #networkChanged = false;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(ua: UA, socket: GatewaySocket, actions: GatewayRecoveryActions) {
    this.#ua = ua;
    this.#socket = socket;
    this.#actions = actions;
    ua.on('connected', () => this.#connected());
    ua.on('disconnected', () => this.#disconnected());
  }

  /** Replaces the WebSocket, open or not, with a new one. */
  reconnect(): void {
    if (this.#closed) return;
    const { transport } = this.#ua as UA & { readonly transport: { connect(): void; disconnect(): void } };
    transport.disconnect();
    transport.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#graceTimer);
    this.#backoff.stop();
    this.#stopWatching();
  }

  #connected(): void {
    this.#backoff.stop();
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    if (this.#actions.answered()) this.#refreshTarget();
  }

  #disconnected(): void {
    if (this.#closed) return;
    const { answered, hangUp, report } = this.#actions;
    const { refusal } = this.#socket;
    if (!answered() || refusal === 'call-dropped') {
      hangUp(refusal ?? 'gateway-unreachable');
      return;
    }
    report({ type: 'signalling-lost' });
    // Each failed attempt to reconnect is another 'disconnected': the grace period starts with the first.
    this.#graceTimer ??= setTimeout(() => hangUp('call-dropped'), this.#socket.grace);
    this.#backoff.start();
  }

  /** The old network may carry nothing any more, and the browser reports a dead socket only after minutes. */
  #networkHasChanged(): void {
    const { answered, hangUp, session } = this.#actions;
    // A prepared phone without a call is cheap to make again.
    if (!session()) hangUp();
    if (!answered() || this.#closed) return;
    this.#networkChanged = true;
    this.reconnect();
  }

  /**
   * The other side learns of the new WebSocket from a request of this dialog: an UPDATE without SDP refreshes the target
   * and changes nothing else (RFC 3311 5.1).
   */
  #refreshTarget(): void {
    const { hangUp, report, retryMedia, session: current } = this.#actions;
    report({ type: 'signalling-restored' });
    const session = current();
    session?.sendRequest('UPDATE', {
      extraHeaders: [`Contact: ${session.contact}`],
      // 481 or 408: the gateway has ended the call (RFC 3261 12.2.1.2).
      eventHandlers: { onDialogError: () => hangUp('call-dropped') },
    });
    retryMedia(this.#networkChanged);
    this.#networkChanged = false;
  }
}
