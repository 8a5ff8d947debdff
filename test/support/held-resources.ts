// Counts what a page holds open: media tracks, connections, WebSockets, AudioContexts, intervals and listeners. A page has the
// counts as `held()`, after `keepCount` has run in it.

/** Resources of the page that would survive the element. */
export interface Held {
  readonly tracks: number;
  readonly connections: number;
  readonly sockets: number;
  readonly contexts: number;
  readonly intervals: number;
  readonly listeners: number;
}

export const nothing: Held = {
  tracks: 0,
  connections: 0,
  sockets: 0,
  contexts: 0,
  intervals: 0,
  listeners: 0,
};

/** Runs in the page first and counts all resources that are opened. */
export function keepCount(): void {
  const made = { tracks: [] as MediaStreamTrack[], connections: [], sockets: [], contexts: [] } as {
    tracks: MediaStreamTrack[];
    connections: RTCPeerConnection[];
    sockets: WebSocket[];
    contexts: AudioContext[];
  };
  const noted = <T extends abstract new (...given: never[]) => object>(kind: T, list: object[]): T =>
    new Proxy(kind, {
      construct(target, given, self) {
        const one = Reflect.construct(target, given, self);
        list.push(one);
        return one;
      },
    });
  window.RTCPeerConnection = noted(RTCPeerConnection, made.connections);
  window.WebSocket = noted(WebSocket, made.sockets);
  window.AudioContext = noted(AudioContext, made.contexts);
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async constraints => {
    const stream = await ask(constraints);
    made.tracks.push(...stream.getTracks());
    return stream;
  };
  const intervals = new Set<unknown>();
  const [start, stop] = [window.setInterval, window.clearInterval];
  window.setInterval = ((...given: Parameters<typeof start>) => {
    const id = start(...given);
    intervals.add(id);
    return id;
  }) as typeof start;
  window.clearInterval = id => {
    intervals.delete(id);
    stop(id);
  };
  let listeners = 0;
  for (const target of [window, document, devices] as EventTarget[]) {
    const live = new Set<string>();
    const names = new WeakMap<object, number>();
    let last = 0;
    const key = (type: string, listener: object) => {
      if (!names.has(listener)) names.set(listener, ++last);
      return `${type} ${names.get(listener)}`;
    };
    const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
    target.addEventListener = (
      type: string,
      listener: never,
      options?: AddEventListenerOptions | boolean,
    ) => {
      const signal = typeof options === 'object' ? options.signal : undefined;
      if (listener && !live.has(key(type, listener)) && !signal?.aborted) {
        live.add(key(type, listener));
        listeners++;
        signal?.addEventListener('abort', () => live.delete(key(type, listener)) && listeners--);
      }
      add(type, listener, options);
    };
    target.removeEventListener = (type: string, listener: never, options?: never) => {
      if (listener && live.delete(key(type, listener))) listeners--;
      remove(type, listener, options);
    };
  }
  Object.assign(window, {
    held: () => ({
      tracks: made.tracks.filter(({ readyState }) => readyState === 'live').length,
      connections: made.connections.filter(({ signalingState }) => signalingState !== 'closed').length,
      sockets: made.sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).length,
      contexts: made.contexts.filter(({ state }) => state !== 'closed').length,
      intervals: intervals.size,
      listeners,
    }),
    forget: () => {
      for (const list of Object.values(made)) list.length = 0;
    },
  });
}
