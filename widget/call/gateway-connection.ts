// The connection of one phone to its gateway: JsSIP's user agent (RFC 7118) on the gateway's WebSocket. Connects
// immediately, and reconnects during a call (gateway-recovery.ts). Does not depend on media or on the store.
import type { IceServer } from '../../contract/websocket.ts';
import { GatewayRecovery, type GatewayRecoveryActions } from './gateway-recovery.ts';
import { GatewaySocket } from './gateway-socket.ts';
import { makeUA, type Session, type UA } from './jssip.ts';
import type { TakeToken } from './token.ts';

// JsSIP's anonymous:true adds a P-Preferred-Identity with the configured address. That reveals nothing, because this
// address is anonymous too (RFC 3261 8.1.1.3).
const anonymous = 'sip:anonymous@anonymous.invalid';
/** Seconds. JsSIP's own attempts to reconnect have hardly any jitter and ignore network changes: ours come first. */
const never = 86_400;

export class GatewayConnection {
  readonly #socket: GatewaySocket;
  readonly #connected: Promise<void>;
  readonly #recovery: GatewayRecovery;
  readonly ua: UA;

  /** `url`: of the WebSocket. */
  constructor(url: string, token: TakeToken, actions: GatewayRecoveryActions) {
    this.#socket = new GatewaySocket(url, token);
    this.ua = makeUA({
      uri: anonymous,
      sockets: [this.#socket],
      register: false,
      // Asterisk's chan_sip refuses UPDATE, and a failed refresh would end a good call.
      session_timers: false,
      user_agent: 'sip-call',
      connection_recovery_min_interval: never,
      connection_recovery_max_interval: never,
    });
    this.#connected = new Promise(resolve => this.ua.on('connected', () => resolve()));
    this.#recovery = new GatewayRecovery(this.ua, this.#socket, actions);
    // An anonymous visitor accepts no calls. Without this, JsSIP answers 180 and rings for a minute.
    this.ua.on('newRTCSession', ({ session }: { session: Session }) => {
      if (session.direction === 'incoming') session.terminate();
    });
    this.ua.start();
  }

  get isConnected(): boolean {
    return this.ua.isConnected();
  }

  /** From the last greeting; their credentials expire. */
  get iceServers(): IceServer[] {
    return this.#socket.iceServers;
  }

  /** Milliseconds for which the gateway keeps a call without its WebSocket or its media. */
  get grace(): number {
    return this.#socket.grace;
  }

  /** Resolves once the WebSocket is open, and reopens it if needed. */
  async ready(): Promise<IceServer[]> {
    await this.#connected;
    await this.#socket.ready();
    return this.iceServers;
  }

  /** Replaces the WebSocket, open or not, with a new one. */
  reconnect(): void {
    this.#recovery.reconnect();
  }

  /** Waits for the answer to a CANCEL or BYE, then closes the WebSocket. */
  close(): void {
    this.#recovery.close();
    this.ua.stop();
  }
}
