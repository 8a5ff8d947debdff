// Applications that listen (`srf.listen`): like drachtio-server, the engine connects to them, one connection per
// request. The application authenticates first. What it then opens belongs to that connection and ends with it.

import { connect } from 'node:net';
import { parseHostPort } from '../message/host-port.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import { AppConnection, type AppConnectionUser } from './app-connection.ts';
import type { Applications } from './applications.ts';

/** Limit of open connections. A request beyond it finds no application. */
const maxConnections = 4096;
/** Time limit for an application to accept and authenticate, in milliseconds. */
const connectLimitMs = 5_000;
/** How often the engine checks whether a silent connection is still in use, in milliseconds. */
const idleCheck = 60_000;

export class OutboundApplications {
  readonly #applications: Applications;
  readonly #user: AppConnectionUser;
  readonly #timers: Timers;
  readonly #inUse: (connection: AppConnection) => boolean;
  #open = 0;

  /** `inUse` returns whether a request or dialog still belongs to the connection. */
  constructor(
    applications: Applications,
    user: AppConnectionUser,
    timers: Timers,
    inUse: (connection: AppConnection) => boolean,
  ) {
    this.#applications = applications;
    this.#user = user;
    this.#timers = timers;
    this.#inUse = inUse;
  }

  /** Resolves when the application at `host:port` has authenticated; with undefined if it does not. */
  connect(uri: string): Promise<AppConnection | undefined> {
    const { host, port } = parseHostPort(uri.replace(/^(?:tcp|sip):(?:\/\/)?/i, '')) ?? {};
    if (host === undefined || port === undefined || this.#open >= maxConnections) {
      return Promise.resolve(undefined);
    }
    const socket = connect(port, host);
    const connection = new AppConnection(socket, this.#user);
    this.#open += 1;
    this.#applications.addOutbound(connection);
    socket.once('close', () => (this.#open -= 1));
    // An application that never calls `endSession` must not keep one connection per call open.
    socket.setTimeout(idleCheck, () => {
      if (!this.#inUse(connection)) void connection.close();
    });
    return new Promise(resolve => {
      let timer: Timer | undefined;
      const settle = (found: AppConnection | undefined) => {
        this.#timers.stop(timer);
        resolve(found);
      };
      timer = this.#timers.start(
        connectLimitMs,
        () => {
          socket.destroy();
          settle(undefined);
        },
        undefined,
      );
      connection.onAuthenticated = () => settle(connection);
      socket.once('close', () => settle(undefined));
    });
  }
}
