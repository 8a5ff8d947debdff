// The WebSocket to the gateway, with the interface that JsSIP requires of a socket. It connects with a token, and
// reconnects with a value that the gateway gives for the call. The gateway's first frame is not SIP but a greeting with
// this value, the grace period of a lost call, and TURN servers; JsSIP sees the connection as open after the greeting,
// or after a time-out. The gateway closes a WebSocket without a call after some minutes, while a visitor may still be
// answering the browser's question: until something was sent, JsSIP is not notified, and the WebSocket connects again
// when it is needed.
import type {
  CredentialPrefixes,
  Greeting,
  GreetingParameter,
  IceServer,
  NoSuchCallCode,
  SipSubprotocol,
} from '../../contract/websocket.ts';
import type { EndReason } from './call-store.ts';
import type { TakeToken } from './token.ts';

/** Milliseconds. The gateway treats a WebSocket that is silent for 30 s as unused. */
const keepAliveMs = 20_000;

/** The gateway was restarted, or has ended the call. */
const noSuchCall = 4481 satisfies NoSuchCallCode;
const subprotocol = 'sip' satisfies SipSubprotocol;
const prefixes: CredentialPrefixes = { token: 'token.', resume: 'back.' };
const greetingParameter = 'ice' satisfies GreetingParameter;

export class GatewaySocket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  /** From the last greeting; their credentials expire. */
  iceServers: IceServer[] = [];
  /** Milliseconds for which the gateway keeps a call without its WebSocket or its media. */
  grace = 0;
  readonly #greetingTimeout: number;
  /** Why there is no token, or that the gateway has no such call to resume. */
  refusal: EndReason | undefined;
  readonly #token: TakeToken;
  #socket: WebSocket | undefined;
  #greeted = false;
  #resume: string | undefined;
  /** One more attempt with another token, because browsers do not report why a WebSocket was refused. */
  #retries = 1;
  /** The number of the current attempt to connect; results of earlier ones are ignored. */
  #attempt = 0;
  #connecting = false;
  /** JsSIP has sent something, and must be notified when the WebSocket is lost. */
  #used = false;
  #keepAliveTimer: ReturnType<typeof setInterval> | undefined;
  #resolveReady = () => {};
  onconnect() {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string) {}
  ondata(_data: unknown) {}

  /**
   * `url`: ws or wss. `greetingTimeout`: milliseconds until an older gateway, which sends no greeting, counts as
   * connected.
   */
  constructor(url: string, token: TakeToken, greetingTimeout = 2_000) {
    this.#greetingTimeout = greetingTimeout;
    const { host, protocol } = new URL(url);
    this.#token = token;
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
  }

  connect(): void {
    this.disconnect();
    this.#connecting = true;
    const attempt = this.#attempt;
    const credential = this.#resume
      ? Promise.resolve(prefixes.resume + this.#resume)
      : this.#token().then(token => prefixes.token + token);
    credential.then(
      protocol => attempt === this.#attempt && this.#open(protocol),
      (refusal: EndReason) => {
        if (attempt !== this.#attempt) return;
        this.refusal = refusal;
        this.ondisconnect(true);
      },
    );
  }

  /** Resolves once it is open, and reopens it if needed. Never resolves when that is impossible. */
  ready(): Promise<void> {
    if (this.isConnected()) return Promise.resolve();
    return new Promise(resolve => {
      this.#resolveReady = resolve;
      if (this.isConnecting()) return;
      // The WebSocket may be closing.
      this.#reset();
      this.connect();
    });
  }

  #open(protocol: string): void {
    const socket = new WebSocket(`${this.url}?${greetingParameter}`, [subprotocol, protocol]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () =>
      setTimeout(() => {
        const waiting = socket === this.#socket && !this.#greeted && socket.readyState === WebSocket.OPEN;
        if (waiting) this.#onGreeting('{}');
      }, this.#greetingTimeout);
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (this.#greeted) this.ondata(data);
      else this.#onGreeting(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      if (socket !== this.#socket) return;
      if (code === noSuchCall) this.refusal = 'call-dropped';
      if (this.#greeted && !this.#used) this.#reset();
      else if (!this.#resume && this.#retries-- > 0) this.connect();
      else this.ondisconnect(!wasClean, code, reason);
    };
    this.#socket = socket;
  }

  /** No call was made with the token, nor with the value for resuming. */
  #reset(): void {
    this.disconnect();
    this.#resume = undefined;
    this.#retries = 1;
  }

  disconnect(): void {
    const socket = this.#socket;
    clearInterval(this.#keepAliveTimer);
    this.#attempt++;
    this.#connecting = false;
    this.#socket = undefined;
    this.#greeted = false;
    socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.#used = true;
    clearInterval(this.#keepAliveTimer);
    this.#socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.#greeted && this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#connecting && !this.#greeted;
  }

  #onGreeting(data: string): void {
    const { iceServers = [], reconnectSeconds = 30, back } = JSON.parse(data) as Partial<Greeting>;
    this.iceServers = iceServers;
    this.grace = reconnectSeconds * 1_000;
    this.#resume = back;
    this.#retries = 0;
    this.#greeted = true;
    // Keeps the connection alive while the visitor answers for the microphone (RFC 5626 3.5.1).
    if (!this.#used) this.#keepAliveTimer = setInterval(() => this.#socket?.send('\r\n\r\n'), keepAliveMs);
    this.#resolveReady();
    this.onconnect();
  }
}
