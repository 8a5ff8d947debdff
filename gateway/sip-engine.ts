// Which SIP engine the gateway runs on: the embedded one, or a drachtio-server elsewhere. Whoever starts the
// gateway sees one shape; that the call app cannot tell them apart is the doing of drachtio's protocol.

import { randomBytes } from 'node:crypto';
import { splitEndpoint } from './config/address.ts';
import type { Config } from './config/schema.ts';
import type { SocketTaker } from './edge/edge.ts';
import { handingOnTo } from './edge/handing-on.ts';
import { Engine } from './engine/engine.ts';
import type { Log } from './observe/log.ts';

export interface SipEngine {
  /** Where the call app connects, and what it shows. */
  readonly applications: { readonly host: string; readonly port: number; readonly secret: string };
  /** Brings a visitor's frames to the engine. */
  readonly takeOn: SocketTaker;
  /** What is alive in it, as far as it tells. */
  counts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** Rejects when one of the embedded engine's ports cannot be had; a drachtio-server is not asked yet. */
export function startSipEngine(config: Config, address: string, log: Log): Promise<SipEngine> {
  return config.engine ? drachtioServer(config.engine, log) : embeddedEngine(config, address, log);
}

async function embeddedEngine(config: Config, address: string, log: Log): Promise<SipEngine> {
  const secret = randomBytes(24).toString('base64url');
  const engine = await Engine.start({
    listen: [
      { transport: 'udp', address, port: config.sip.udp },
      { transport: 'tcp', address, port: config.sip.tcp },
    ],
    admin: { secret },
    // Timer B runs only while a server has said nothing: cut short, silence moves on to the next one.
    timers: { b: config.limits.answerSeconds * 1000 },
    log,
  });
  return {
    applications: { host: engine.admin.address, port: engine.admin.port, secret },
    takeOn: (socket, remote, secure, seenAt) => {
      seenAt(remote);
      engine.acceptWebSocket(socket, remote, secure);
    },
    counts: () => ({ ...engine.counts() }),
    stop: () => engine.stop(),
  };
}

async function drachtioServer(server: NonNullable<Config['engine']>, log: Log): Promise<SipEngine> {
  const { address: host, port } = splitEndpoint(server.drachtio);
  return {
    applications: { host, port, secret: server.secret },
    takeOn: handingOnTo(server.websocket, log),
    counts: () => ({}),
    // It has other applications, and it outlives this one.
    stop: async () => {},
  };
}
