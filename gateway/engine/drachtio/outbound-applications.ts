// Applications that listen (`srf.listen`): the engine connects to them, one connection for one request, as the daemon
// does. The application still authenticates first; what it then opens belongs to that connection, and ends with it.

import { connect } from 'node:net';
import { parseHostPort } from '../message/host-port.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import { AppConnection, type AppConnectionUser } from './app-connection.ts';
import type { Applications } from './applications.ts';

/** Connections at once; a request that would need one more finds nobody. */
const maxConnections = 4096;
/** How long an application may take to accept and authenticate, in milliseconds. */
const patience = 5_000;
/** How often a silent connection is asked whether anything depends on it, in milliseconds. */
const idleCheck = 60_000;

export class OutboundApplications {
  readonly #applications: Applications;
  readonly #user: AppConnectionUser;
  readonly #timers: Timers;
  readonly #busy: (connection: AppConnection) => boolean;
  #open = 0;

  /** `busy` says whether a request or dialog still belongs to the connection. */
  constructor(
    applications: Applications,
    user: AppConnectionUser,
    timers: Timers,
    busy: (connection: AppConnection) => boolean,
  ) {
    this.#applications = applications;
    this.#user = user;
    this.#timers = timers;
    this.#busy = busy;
  }

  /** Resolves once the application at `host:port` has authenticated, with undefined when it does not. */
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
    // An application that forgets `endSession` must not leave a connection for every call it ever had.
    socket.setTimeout(idleCheck, () => {
      if (!this.#busy(connection)) void connection.close();
    });
    return new Promise(resolve => {
      let timer: Timer | undefined;
      const settle = (found: AppConnection | undefined) => {
        this.#timers.stop(timer);
        resolve(found);
      };
      timer = this.#timers.start(
        patience,
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
