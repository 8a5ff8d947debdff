// The WebSocket to the gateway in the shape that JsSIP asks of a socket. Its first frame is not SIP but the gateway's
// greeting, which says by which TURN servers media may go; to JsSIP the connection is open once that is here.

interface Greeting {
  readonly iceServers: RTCIceServer[];
}

export class GatewaySocket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  /** As of the last greeting; their credentials pass away. */
  iceServers: RTCIceServer[] = [];
  #socket: WebSocket | undefined;
  #greeted = false;
  onconnect() {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string) {}
  ondata(_data: unknown) {}

  /** `url`: ws or wss. */
  constructor(url: string) {
    const { host, protocol } = new URL(url);
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
  }

  connect(): void {
    this.disconnect();
    const socket = new WebSocket(`${this.url}?ice`, 'sip');
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      if (this.#greeted) this.ondata(data);
      else this.#greet(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      if (socket === this.#socket) this.ondisconnect(!wasClean, code, reason);
    };
    this.#socket = socket;
  }

  disconnect(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#greeted = false;
    socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.#socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.#greeted && this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#socket !== undefined && !this.#greeted;
  }

  #greet(data: string): void {
    this.iceServers = (JSON.parse(data) as Greeting).iceServers;
    this.#greeted = true;
    this.onconnect();
  }
}
