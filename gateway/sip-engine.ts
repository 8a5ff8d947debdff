// Starts the SIP engine of the gateway: the embedded one, or the client side of a drachtio-server. Both have the same
// interface here, and both use drachtio's protocol toward the call application.

import { randomBytes } from 'node:crypto';
import type { Visitor } from './auth/visitor.ts';
import type { EngineAddress } from './call/engine-connection.ts';
import { ALLOW } from './call/in-dialog-requests.ts';
import { outcome } from './call/outcome.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import type { AcceptSocket } from './edge/accepted-socket.ts';
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
  /** Where the call application connects, with its secret. */
  readonly applications: EngineAddress;
  /** Passes a visitor's WebSocket to the engine. */
  readonly acceptSocket: AcceptSocket;
  /** The counts of its objects, as far as the engine reports them. */
  counts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** What the engine needs from other components. */
export interface EngineDependencies {
  /** The addresses of this machine toward PBXs. */
  readonly addresses: readonly OwnAddress[];
  /** The address fence: the permitted targets of a PBX's Contact. */
  mayReach(address: string): boolean;
  /** The connected visitor with this id. */
  visitor(id: string): Pick<Visitor, 'address' | 'accountable'> | undefined;
  readonly refused: ReportRefusal;
  readonly log: Log;
  /** The engine's clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Rejects when a port of the embedded engine cannot be bound. It does not connect to a drachtio-server yet. */
export function startSipEngine(config: Config, dependencies: EngineDependencies): Promise<SipEngine> {
  return config.engine
    ? drachtioServer(config.engine, dependencies.log)
    : embeddedEngine(config, dependencies);
}

async function embeddedEngine(config: Config, dependencies: EngineDependencies): Promise<SipEngine> {
  const { addresses, mayReach, visitor, refused, log } = dependencies;
  const secret = randomBytes(24).toString('base64url');
  const engine = await Engine.start({
    listen: addresses.flatMap(own => [
      listenPoint(own, 'udp', config.sip.udp),
      listenPoint(own, 'tcp', config.sip.tcp),
    ]),
    admin: { secret },
    // Timer B ends when a server answers. Shortened, a server that does not answer is skipped sooner.
    timers: { b: config.limits.responseSeconds * 1000 },
    mayReach,
    answer: answerUnknownSender(log, refused),
    takesAnyAnswer: true,
    limits: { transports: { stream: unknownSenderLimits } },
    log,
    ...(dependencies.clock && { clock: dependencies.clock }),
    onMalformed: ({ transport, remote, reliable, label }) => {
      const isWebSocket = transport === 'ws' || transport === 'wss';
      const sender = isWebSocket ? visitor(label ?? '') : { ...remote, accountable: true };
      if (reliable && sender?.accountable) refused(sender.address, 'malformed');
    },
  });
  return {
    applications: { host: engine.admin.address, port: engine.admin.port, secret, guarded: true },
    acceptSocket: ({ socket, visitor: { id }, remote, secure, identified }) =>
      engine.acceptWebSocket(socket, remote, secure, { label: id, rewrite: identified }),
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

/** Methods that are valid only in a dialog. */
const inDialogs: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);

/** Limits for connections of unknown senders: their number, and the time without a message. */
const unknownSenderLimits: StreamLimits = {
  ...streamLimits,
  messageMs: 10_000,
  quietMs: 32_000,
  perSource: 32,
  connections: 512,
};

/** Log lines in one minute about calls of unknown senders. */
const linesPerMinute = 50;

/**
 * Visitors use a WebSocket that the edge admitted. Requests to the ports for PBXs are answered here, where the transport is
 * known: an application cannot distinguish a WebSocket from a TCP connection, and the source address of a datagram can be
 * forged. None of these requests reaches the application.
 */
export function answerUnknownSender(
  log: Log,
  refused: ReportRefusal,
): (request: NewRequest) => StatelessAnswer | undefined {
  const mayLog = perMinute(linesPerMinute);
  return ({ message, transport, remote, ours }) => {
    if (transport === 'ws' || transport === 'wss') return undefined;
    const { method } = message;
    const isOffence = method === 'INVITE' || method === 'REGISTER';
    // On a connection that the gateway opened the sender is a PBX: an offence would ban the owner's telephones.
    if (isOffence && !ours && transport !== 'udp') refused(remote.address, 'unknown-source');
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

/** A function that returns true at most `times` times in a minute. */
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
    acceptSocket: forwardFramesTo(server.websocket, log),
    counts: () => ({}),
    // The server has other applications and keeps running.
    stop: async () => {},
  };
}
