// The applications that are connected, and whose turn it is (round robin among those who route a method).

import type { AppConnection } from './app-connection.ts';

export class Applications {
  readonly #connections = new Set<AppConnection>();
  /** Connections of ours to applications, made for one request each: they take no turns. */
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

  /** The next application for requests of that method, if any wants them. */
  next(method: string): AppConnection | undefined {
    // RFC 3261 7.1: "The method is case-sensitive". `invite` is no INVITE, and routes are in lower case.
    return method === method.toUpperCase() ? this.listening(method.toLowerCase()) : undefined;
  }

  /** The next application that routed exactly this: a method or a call event, in lower case. */
  listening(verb: string): AppConnection | undefined {
    return this.#turn(verb, ({ routes }) => routes.has(verb));
  }

  /** The next application that showed this tag when it authenticated. */
  tagged(tag: string): AppConnection | undefined {
    return this.#turn(`tag ${tag}`, ({ tags }) => tags.includes(tag));
  }

  /** What the applications take between them, in upper case. */
  methods(): string[] {
    const verbs = new Set<string>();
    for (const { routes } of this.#connections) for (const verb of routes) verbs.add(verb.toUpperCase());
    return [...verbs].filter(verb => !verb.startsWith('CDR:')).sort();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#connections, ...this.#outbound].map(connection => connection.close()));
  }

  /** Whoever waited longest: by method, or who hears of calls would never be given one. */
  #turn(what: string, suits: (connection: AppConnection) => boolean): AppConnection | undefined {
    let chosen: AppConnection | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections) {
      if (connection.closed || !connection.authenticated || !suits(connection)) continue;
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
