// Which SIP engine the gateway runs on: the embedded one, or a drachtio-server elsewhere. Whoever starts the
// gateway sees one shape; that the call app cannot tell them apart is the doing of drachtio's protocol.

import { randomBytes } from 'node:crypto';
import type { EngineAddress } from './call/engine-connection.ts';
import { outcome } from './call/outcome.ts';
import { splitEndpoint } from './config/address.ts';
import type { Config } from './config/schema.ts';
import type { SocketTaker } from './edge/edge.ts';
import { handingOnTo } from './edge/handing-on.ts';
import { Engine, type Route } from './engine/engine.ts';
import type { Log } from './observe/log.ts';
import { meant } from './observe/meant.ts';
import type { TellRefusal } from './observe/security-log.ts';

export interface SipEngine {
  /** Where the call app connects, and what it shows. */
  readonly applications: EngineAddress;
  /** Brings a visitor's frames to the engine. */
  readonly takeOn: SocketTaker;
  /** What is alive in it, as far as it tells. */
  counts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** What the engine has to know of the rest. */
export interface Surroundings {
  /** Of this machine, toward PBXs. */
  readonly address: string;
  /** The fence: where a PBX's Contact may lead. */
  mayReach(address: string): boolean;
  /** Whose frames come from there: behind a proxy that is not whose address it is. */
  visitorAt(
    address: string,
    port: number,
  ): { readonly address: string; readonly accountable?: boolean } | undefined;
  readonly refused: TellRefusal;
  readonly log: Log;
}

/** Rejects when one of the embedded engine's ports cannot be had; a drachtio-server is not asked yet. */
export function startSipEngine(config: Config, around: Surroundings): Promise<SipEngine> {
  return config.engine ? drachtioServer(config.engine, around.log) : embeddedEngine(config, around);
}

async function embeddedEngine(config: Config, around: Surroundings): Promise<SipEngine> {
  const { address, mayReach, visitorAt, refused, log } = around;
  const secret = randomBytes(24).toString('base64url');
  const engine = await Engine.start({
    listen: [
      { transport: 'udp', address, port: config.sip.udp },
      { transport: 'tcp', address, port: config.sip.tcp },
    ],
    admin: { secret },
    // Timer B runs only while a server has said nothing: cut short, silence moves on to the next one.
    timers: { b: config.limits.answerSeconds * 1000 },
    mayReach,
    route: onlyBrowsersCall(log, refused),
    log,
    onMalformed: ({ transport, remote, reliable }) => {
      const isWebSocket = transport === 'ws' || transport === 'wss';
      const sender = isWebSocket ? visitorAt(remote.address, remote.port) : { ...remote, accountable: true };
      if (reliable && sender?.accountable) refused(sender.address, 'malformed');
    },
  });
  return {
    applications: { host: engine.admin.address, port: engine.admin.port, secret, guarded: true },
    takeOn: (socket, remote, secure, seenAt) => {
      seenAt(remote);
      engine.acceptWebSocket(socket, remote, secure);
    },
    counts: () => ({ ...engine.counts() }),
    stop: () => engine.stop(),
  };
}

/**
 * Whoever calls comes by a WebSocket that the edge let in. What reaches the ports for PBXs is told apart here, where
 * the transport is known: to an application a WebSocket and a TCP connection look alike, and a datagram can be sent
 * in the name of a visitor's address.
 */
function onlyBrowsersCall(log: Log, refused: TellRefusal): Route {
  return ({ message, transport, remote, ours }) => {
    if (transport === 'ws' || transport === 'wss') return undefined;
    const knocks = message.method === 'INVITE' || message.method === 'REGISTER';
    // A PBX that we dialled has not knocked, whatever it says there: nobody bans their own telephones.
    if (knocks && !ours && transport !== 'udp') refused(remote.address, 'stranger');
    if (message.method !== 'INVITE') return undefined;
    const { code, status, reason, level } = outcome('not-callable');
    log[level]({ code, address: remote.address, transport, uri: meant(message.uri) }, 'call refused');
    return { action: 'reject', status, reason, once: true };
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
