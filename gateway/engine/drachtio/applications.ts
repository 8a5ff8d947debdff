// The connected applications, and which of them is next: round robin among those that route a method.

import type { AppConnection } from './app-connection.ts';

export class Applications {
  readonly #connections = new Set<AppConnection>();
  /** Connections that the engine opened to applications, each for one request. They are not part of the round robin. */
  readonly #outbound = new Set<AppConnection>();
  #turns = 0;

  get size(): number {
    return this.#connections.size + this.#outbound.size;
  }

  add(connection: AppConnection): void {
    this.#connections.add(connection);
  }

  addOutbound(connection: AppConnection): void {
    this.#outbound.add(connection);
  }

  remove(connection: AppConnection): void {
    this.#connections.delete(connection);
    this.#outbound.delete(connection);
  }

  /** The next application that routes this method, if there is one. */
  next(method: string): AppConnection | undefined {
    // RFC 3261 7.1: "The method is case-sensitive". `invite` is not INVITE, and routes are in lower case.
    return method === method.toUpperCase() ? this.listening(method.toLowerCase()) : undefined;
  }

  /** The next application that routes exactly this verb: a method or a call event, in lower case. */
  listening(verb: string): AppConnection | undefined {
    return this.#turn(verb, ({ routes }) => routes.has(verb));
  }

  /** The next application with this tag. */
  tagged(tag: string): AppConnection | undefined {
    return this.#turn(`tag ${tag}`, ({ tags }) => tags.includes(tag));
  }

  /** All methods that the applications route, in upper case. */
  methods(): string[] {
    const verbs = new Set<string>();
    for (const { routes } of this.#connections) for (const verb of routes) verbs.add(verb.toUpperCase());
    return [...verbs].filter(verb => !verb.startsWith('CDR:')).sort();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#connections, ...this.#outbound].map(connection => connection.close()));
  }

  /**
   * The application that waited longest. Counted by method: otherwise an application with call events would never get a
   * request.
   */
  #turn(what: string, accepts: (connection: AppConnection) => boolean): AppConnection | undefined {
    let chosen: AppConnection | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections) {
      if (connection.closed || !connection.authenticated || !accepts(connection)) continue;
      const served = connection.served.get(what) ?? 0;
      if (served >= since) continue;
      chosen = connection;
      since = served;
    }
    this.#turns += 1;
    chosen?.served.set(what, this.#turns);
    return chosen;
  }
}
