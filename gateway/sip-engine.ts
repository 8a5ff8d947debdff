// Which SIP engine the gateway runs on: the embedded one, or a drachtio-server elsewhere. Whoever starts the
// gateway sees one shape; that the call app cannot tell them apart is the doing of drachtio's protocol.

import { randomBytes } from 'node:crypto';
import type { EngineAddress } from './call/engine-connection.ts';
import { ALLOW } from './call/in-dialog-requests.ts';
import { outcome } from './call/outcome.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import type { SocketTaker } from './edge/edge.ts';
import { forwardFramesTo } from './edge/frame-forwarding.ts';
import { type Clock, Engine, type NewRequest, type StatelessAnswer } from './engine/engine.ts';
import { isKnownMethod } from './engine/message/methods.ts';
import type { ListenPoint } from './engine/transport/listen-point.ts';
import { type StreamLimits, streamLimits } from './engine/transport/stream-limits.ts';
import { splitEndpoint } from './net/address-fence.ts';
import type { Log } from './observe/log.ts';
import type { ReportRefusal } from './observe/security-log.ts';
import { redactUri } from './observe/uri-redaction.ts';

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
export interface EngineDependencies {
  /** Of this machine, toward PBXs. */
  readonly addresses: readonly OwnAddress[];
  /** The fence: where a PBX's Contact may lead. */
  mayReach(address: string): boolean;
  /** Whose frames come from there: behind a proxy that is not whose address it is. */
  visitorAt(
    address: string,
    port: number,
  ): { readonly address: string; readonly accountable?: boolean } | undefined;
  readonly refused: ReportRefusal;
  readonly log: Log;
  /** The engine's clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Rejects when one of the embedded engine's ports cannot be had; a drachtio-server is not asked yet. */
export function startSipEngine(config: Config, around: EngineDependencies): Promise<SipEngine> {
  return config.engine ? drachtioServer(config.engine, around.log) : embeddedEngine(config, around);
}

async function embeddedEngine(config: Config, around: EngineDependencies): Promise<SipEngine> {
  const { addresses, mayReach, visitorAt, refused, log } = around;
  const secret = randomBytes(24).toString('base64url');
  const engine = await Engine.start({
    listen: addresses.flatMap(own => [
      listenPoint(own, 'udp', config.sip.udp),
      listenPoint(own, 'tcp', config.sip.tcp),
    ]),
    admin: { secret },
    // Timer B runs only while a server has said nothing: cut short, silence moves on to the next one.
    timers: { b: config.limits.responseSeconds * 1000 },
    mayReach,
    answer: strangersAnswer(log, refused),
    takesAnyAnswer: true,
    limits: { transports: { stream: strangersStream } },
    log,
    ...(around.clock && { clock: around.clock }),
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

function listenPoint(own: OwnAddress, transport: 'udp' | 'tcp', port: number): ListenPoint {
  const { bind: address, announced, isNear } = own;
  const [advertise = address] = announced;
  const advertisePort = own.outside(transport, port);
  return {
    ...{ transport, address, port, isNear },
    ...(advertise !== address && { advertise }),
    ...(advertisePort !== port && { advertisePort }),
  };
}

/** Methods that have a meaning in a dialog alone. */
const inDialogs: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);

/** At most so many of a stranger's connections, and only for as long as it speaks. */
const strangersStream: StreamLimits = {
  ...streamLimits,
  messageMs: 10_000,
  quietMs: 32_000,
  perSource: 32,
  connections: 512,
};

/** Calls of strangers that are logged in one minute. */
const linesPerMinute = 50;

/**
 * Visitors come by a WebSocket that the edge let in. What reaches the ports for PBXs is answered here, where the
 * transport is known: to an application a WebSocket and a TCP connection look alike, and a datagram can be sent with a
 * visitor's address. Nothing of it reaches the application.
 */
function strangersAnswer(
  log: Log,
  refused: ReportRefusal,
): (request: NewRequest) => StatelessAnswer | undefined {
  const mayLog = perMinute(linesPerMinute);
  return ({ message, transport, remote, ours }) => {
    if (transport === 'ws' || transport === 'wss') return undefined;
    const { method } = message;
    const knocks = method === 'INVITE' || method === 'REGISTER';
    // On a connection that we opened it is a PBX: an offence would ban the owner's own telephones.
    if (knocks && !ours && transport !== 'udp') refused(remote.address, 'stranger');
    if (method !== 'INVITE') return answerTo(method);
    const { code, status, reason, level } = outcome('not-callable');
    if (mayLog()) {
      log[level]({ code, address: remote.address, transport, uri: redactUri(message.uri) }, 'call refused');
    }
    return { status, reason };
  };
}

/** RFC 3261 8.2.1, 11.2, 12.2.2. */
function answerTo(method: string): StatelessAnswer {
  if (inDialogs.has(method)) return { status: 481 };
  const status = method === 'OPTIONS' ? 200 : isKnownMethod(method) ? 405 : 501;
  return { status, fields: [['Allow', ALLOW]] };
}

/** Says yes so many times in a minute. */
function perMinute(times: number): () => boolean {
  let since = Number.NEGATIVE_INFINITY;
  let left = 0;
  return () => {
    const now = performance.now();
    if (now - since >= 60_000) [since, left] = [now, times];
    return left-- > 0;
  };
}

async function drachtioServer(server: NonNullable<Config['engine']>, log: Log): Promise<SipEngine> {
  const { address: host, port } = splitEndpoint(server.drachtio);
  return {
    applications: { host, port, secret: server.secret },
    takeOn: forwardFramesTo(server.websocket, log),
    counts: () => ({}),
    // It has other applications, and it outlives this one.
    stop: async () => {},
  };
}
