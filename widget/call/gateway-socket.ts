// The WebSocket to the gateway in the shape that JsSIP asks of a socket. It opens with a token, and again with what the
// gateway has given for coming back to the call. Its first frame is not SIP but the gateway's greeting, which says that,
// for how long a lost call is held, and by which TURN servers media may go; to JsSIP the connection is open once it is
// here, or has been waited for in vain. The gateway closes a WebSocket that makes no call for some minutes, while a
// visitor may still be answering the browser's question: until something was sent, JsSIP is not told, and the WebSocket
// opens again once it is needed.
import type { EndReason } from './call-store.ts';
import type { TakeToken } from './token.ts';

interface Greeting {
  readonly iceServers?: RTCIceServer[];
  readonly reconnectSeconds?: number;
  readonly back?: string;
}

/** Milliseconds. The gateway takes a WebSocket that says nothing for half a minute as one that is not used. */
const keepAlive = 20_000;

/** SIP's 481 as a WebSocket closes with it: the gateway was started anew, or has given the call up. */
const noSuchCall = 4481;

export class GatewaySocket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  /** As of the last greeting; their credentials pass away. */
  iceServers: RTCIceServer[] = [];
  /** Milliseconds that a call lives on without its WebSocket, or without its sound. */
  grace = 0;
  readonly #patience: number;
  /** Why no token was to be had, or that the gateway knows of no call to come back to. */
  refusal: EndReason | undefined;
  readonly #token: TakeToken;
  #socket: WebSocket | undefined;
  #greeted = false;
  #back: string | undefined;
  /** One more attempt, with another token: no browser says why a WebSocket was refused. */
  #spare = 1;
  /** Of the attempts to connect, the one that counts. */
  #attempt = 0;
  #wanted = false;
  /** JsSIP has sent something: it has to know when the WebSocket is lost. */
  #used = false;
  #beat: ReturnType<typeof setInterval> | undefined;
  #ready = () => {};
  onconnect() {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string) {}
  ondata(_data: unknown) {}

  /** `url`: ws or wss. `patience`: milliseconds for the greeting, which an older gateway does not send. */
  constructor(url: string, token: TakeToken, patience = 2_000) {
    this.#patience = patience;
    const { host, protocol } = new URL(url);
    this.#token = token;
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
  }

  connect(): void {
    this.disconnect();
    this.#wanted = true;
    const attempt = this.#attempt;
    const show = this.#back
      ? Promise.resolve(`back.${this.#back}`)
      : this.#token().then(token => `token.${token}`);
    show.then(
      shown => attempt === this.#attempt && this.#open(shown),
      (refusal: EndReason) => {
        if (attempt !== this.#attempt) return;
        this.refusal = refusal;
        this.ondisconnect(true);
      },
    );
  }

  /** Resolves once it is open, which it may not be any more, or not yet. Never where it cannot be. */
  ready(): Promise<void> {
    if (this.isConnected()) return Promise.resolve();
    return new Promise(resolve => {
      this.#ready = resolve;
      if (this.isConnecting()) return;
      // It may be closing only.
      this.#lapse();
      this.connect();
    });
  }

  #open(shown: string): void {
    const socket = new WebSocket(`${this.url}?ice`, ['sip', shown]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () =>
      setTimeout(() => {
        const waits = socket === this.#socket && !this.#greeted && socket.readyState === WebSocket.OPEN;
        if (waits) this.#greet('{}');
      }, this.#patience);
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (this.#greeted) this.ondata(data);
      else this.#greet(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      if (socket !== this.#socket) return;
      if (code === noSuchCall) this.refusal = 'call-dropped';
      if (this.#greeted && !this.#used) this.#lapse();
      else if (!this.#back && this.#spare-- > 0) this.connect();
      else this.ondisconnect(!wasClean, code, reason);
    };
    this.#socket = socket;
  }

  /** Nothing was called by its token, nor by its way back. */
  #lapse(): void {
    this.disconnect();
    this.#back = undefined;
    this.#spare = 1;
  }

  disconnect(): void {
    const socket = this.#socket;
    clearInterval(this.#beat);
    this.#attempt++;
    this.#wanted = false;
    this.#socket = undefined;
    this.#greeted = false;
    socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.#used = true;
    clearInterval(this.#beat);
    this.#socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.#greeted && this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#wanted && !this.#greeted;
  }

  #greet(data: string): void {
    const { iceServers = [], reconnectSeconds = 30, back } = JSON.parse(data) as Greeting;
    this.iceServers = iceServers;
    this.grace = reconnectSeconds * 1_000;
    this.#back = back;
    this.#spare = 0;
    this.#greeted = true;
    // A page that asks its visitor for the microphone says so; RFC 5626 3.5.1.
    if (!this.#used) this.#beat = setInterval(() => this.#socket?.send('\r\n\r\n'), keepAlive);
    this.#ready();
    this.onconnect();
  }
}
