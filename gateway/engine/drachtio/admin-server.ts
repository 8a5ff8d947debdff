// Where applications connect: a TCP listener, meant for loopback, that knows every verb of the protocol.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { AppConnection, type AppConnectionUser, type AppFrame } from './app-connection.ts';
import type { Applications } from './applications.ts';
import { authenticate } from './authenticate.ts';
import { proxyOut } from './proxy-out.ts';
import { removeRoute, route } from './route.ts';
import { sipOut } from './sip-out.ts';
import type { Surroundings } from './surroundings.ts';

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

/** Applications are few; strangers who find the port must not become many. */
const maxConnections = 256;

export class AdminServer implements AppConnectionUser {
  readonly #server: Server;
  readonly #options: AdminOptions;
  readonly #applications: Applications;
  readonly #around: Surroundings;
  readonly #log: AdminLog;

  constructor(options: AdminOptions, applications: Applications, around: Surroundings, log: AdminLog) {
    this.#options = options;
    this.#applications = applications;
    this.#around = around;
    this.#log = log;
    this.#server = createServer(socket => this.#accept(socket));
    this.#server.maxConnections = maxConnections;
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
    await this.#applications.closeAll();
    await closed;
  }

  framed(connection: AppConnection, frame: AppFrame): void {
    const { verb } = frame;
    if (verb === 'authenticate') {
      authenticate(connection, frame, this.#options.secret, this.#around.network.points);
    } else if (!connection.authenticated) {
      // The daemon takes `route`, `ping` and `sip` from anybody; nobody should.
      connection.reply(frame, 'NO|not authenticated');
      connection.close();
    } else if (verb === 'sip') sipOut(this.#around, connection, frame);
    else if (verb === 'route') route(connection, frame);
    else if (verb === 'remove_route') removeRoute(connection, frame);
    else if (verb === 'ping') connection.reply(frame, 'OK|pong');
    else if (verb === 'proxy') proxyOut(this.#around, connection, frame);
    else connection.reply(frame, `NO|unknown command: ${verb.slice(0, 32)}`);
  }

  closed(connection: AppConnection): void {
    this.#applications.remove(connection);
    this.#around.agent.ownerGone(connection);
  }

  #accept(socket: Socket): void {
    this.#applications.add(new AppConnection(socket, this));
    socket.on('error', error => this.#log.debug({ error: error.message }, 'application connection failed'));
  }
}
