// Selects the SIP engine: the embedded one, or a drachtio-server. Both have the same interface here, and the call app
// sees no difference because both speak drachtio's protocol.

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
  /** The address and secret for the call app. */
  readonly applications: EngineAddress;
  /** Passes a visitor's WebSocket to the engine. */
  readonly takeOn: SocketTaker;
  /** What is active in the engine. Empty if the engine does not report it. */
  counts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** What the engine needs from the rest of the gateway. */
export interface EngineDependencies {
  /** The addresses of this machine towards PBXs. */
  readonly addresses: readonly OwnAddress[];
  /** The address fence: whether a PBX's Contact may point at this address. */
  mayReach(address: string): boolean;
  /** The visitor behind an address and port. Behind a proxy the visitor's address is another one. */
  visitorAt(
    address: string,
    port: number,
  ): { readonly address: string; readonly accountable?: boolean } | undefined;
  readonly refused: ReportRefusal;
  readonly log: Log;
  /** The engine's clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

/** Rejects if a port of the embedded engine cannot be bound. A drachtio-server is not contacted yet. */
export function startSipEngine(config: Config, dependencies: EngineDependencies): Promise<SipEngine> {
  return config.engine
    ? drachtioServer(config.engine, dependencies.log)
    : embeddedEngine(config, dependencies);
}

async function embeddedEngine(config: Config, dependencies: EngineDependencies): Promise<SipEngine> {
  const { addresses, mayReach, visitorAt, refused, log } = dependencies;
  const secret = randomBytes(24).toString('base64url');
  const engine = await Engine.start({
    listen: addresses.flatMap(own => [
      listenPoint(own, 'udp', config.sip.udp),
      listenPoint(own, 'tcp', config.sip.tcp),
    ]),
    admin: { secret },
    // Timer B runs only until the first response. If it is short, a silent server is left for the next one sooner.
    timers: { b: config.limits.responseSeconds * 1000 },
    mayReach,
    answer: strangersAnswer(log, refused),
    takesAnyAnswer: true,
    limits: { transports: { stream: strangersStream } },
    log,
    ...(dependencies.clock && { clock: dependencies.clock }),
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

/** Methods that are valid only in a dialog. */
const inDialogs: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);

/** Limits of connections from hosts that are not known PBXs. */
const strangersStream: StreamLimits = {
  ...streamLimits,
  messageMs: 10_000,
  quietMs: 32_000,
  perSource: 32,
  connections: 512,
};

/** Limit of log lines per minute for calls from unknown hosts. */
const linesPerMinute = 50;

/**
 * Answers requests at the SIP ports for PBXs. Visitors arrive by a WebSocket that the edge accepted. Only here is the
 * transport known: to an application a WebSocket and a TCP connection look alike, and a datagram may have a forged
 * source address. None of these requests reaches the application.
 */
function strangersAnswer(
  log: Log,
  refused: ReportRefusal,
): (request: NewRequest) => StatelessAnswer | undefined {
  const mayLog = perMinute(linesPerMinute);
  return ({ message, transport, remote, ours }) => {
    if (transport === 'ws' || transport === 'wss') return undefined;
    const { method } = message;
    const isAttempt = method === 'INVITE' || method === 'REGISTER';
    // A connection that we opened leads to a PBX: an offence would ban the owner's own telephones.
    if (isAttempt && !ours && transport !== 'udp') refused(remote.address, 'unknown-source');
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

/** Returns true at most `times` times per minute. */
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
    // The server has other applications and keeps running.
    stop: async () => {},
  };
}
