// The TCP listener for applications, normally on loopback. It dispatches every verb of the protocol. Every user of the
// machine can reach it, so a connection without the secret gets little time and memory.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Timer } from '../transaction/timers.ts';
import { AppConnection, type AppConnectionUser, type AppFrame } from './app-connection.ts';
import type { Applications } from './applications.ts';
import { authenticate } from './authenticate.ts';
import { proxyOut } from './proxy-out.ts';
import { removeRoute, route } from './route.ts';
import { sipOut } from './sip-out.ts';
import type { VerbDependencies } from './verb-dependencies.ts';

export interface AdminOptions {
  readonly secret: string;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Default 0, any free one. */
  readonly port?: number;
}

export interface AdminLog {
  debug(fields: object, text: string): void;
}

/** There are few applications. */
const maxApplications = 256;
/** Connections that have not sent the secret yet. When the limit is reached, the oldest is closed. */
const maxWaiting = 64;
/** Time limit for the secret, in milliseconds. */
const authenticateLimitMs = 5_000;

export class AdminServer implements AppConnectionUser {
  readonly #server: Server;
  readonly #options: AdminOptions;
  readonly #applications: Applications;
  readonly #dependencies: VerbDependencies;
  readonly #log: AdminLog;
  /** Connections that have not sent the secret, oldest first. */
  readonly #waiting = new Map<AppConnection, Timer>();

  constructor(
    options: AdminOptions,
    applications: Applications,
    dependencies: VerbDependencies,
    log: AdminLog,
  ) {
    this.#options = options;
    this.#applications = applications;
    this.#dependencies = dependencies;
    this.#log = log;
    this.#server = createServer(socket => this.#accept(socket));
  }

  /** @throws the operating system's error. */
  async listen(): Promise<{ address: string; port: number }> {
    this.#server.listen({ host: this.#options.address ?? '127.0.0.1', port: this.#options.port ?? 0 });
    await once(this.#server, 'listening');
    const { address, port } = this.#server.address() as AddressInfo;
    return { address, port };
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    await Promise.all([this.#applications.closeAll(), ...[...this.#waiting.keys()].map(one => one.close())]);
    await closed;
  }

  framed(connection: AppConnection, frame: AppFrame): void {
    const { faults } = this.#dependencies.agent.timers;
    const done = faults.guard(() => this.#dispatch(connection, frame));
    if (!done) connection.reply(frame, 'NOK|internal error');
  }

  #dispatch(connection: AppConnection, frame: AppFrame): void {
    const { verb } = frame;
    if (verb === 'authenticate') {
      authenticate(connection, frame, this.#options.secret, this.#dependencies.network.points);
    } else if (!connection.authenticated) {
      // drachtio-server accepts `route`, `ping` and `sip` without authentication. This engine does not.
      connection.reply(frame, 'NO|not authenticated');
      connection.close();
    } else if (verb === 'sip') sipOut(this.#dependencies, connection, frame);
    else if (verb === 'route') route(connection, frame);
    else if (verb === 'remove_route') removeRoute(connection, frame);
    else if (verb === 'ping') connection.reply(frame, 'OK|pong');
    else if (verb === 'proxy') proxyOut(this.#dependencies, connection, frame);
    else connection.reply(frame, `NO|unknown command: ${verb.slice(0, 32)}`);
  }

  closed(connection: AppConnection): void {
    const { agent } = this.#dependencies;
    this.#settle(connection);
    this.#applications.remove(connection);
    if (connection.authenticated) agent.timers.faults.guard(() => agent.ownerGone(connection));
  }

  #accept(socket: Socket): void {
    const connection = new AppConnection(socket, this);
    if (this.#waiting.size >= maxWaiting) this.#waiting.keys().next().value?.destroy();
    const { timers } = this.#dependencies.agent;
    this.#waiting.set(
      connection,
      timers.start(authenticateLimitMs, () => connection.destroy(), undefined),
    );
    connection.onAuthenticated = () => {
      this.#settle(connection);
      if (this.#applications.size < maxApplications) this.#applications.add(connection);
      else connection.destroy();
    };
    socket.on('error', error => this.#log.debug({ error: error.message }, 'application connection failed'));
  }

  /** The connection no longer counts as unauthenticated. */
  #settle(connection: AppConnection): void {
    const { timers } = this.#dependencies.agent;
    timers.stop(this.#waiting.get(connection));
    this.#waiting.delete(connection);
  }
}
