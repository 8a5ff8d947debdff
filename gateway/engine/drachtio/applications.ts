// The applications that are connected, and whose turn it is (round robin among those who route a method).

import type { AppConnection } from './app-connection.ts';

export class Applications {
  readonly #connections = new Set<AppConnection>();

  get size(): number {
    return this.#connections.size;
  }

  add(connection: AppConnection): void {
    this.#connections.add(connection);
  }

  remove(connection: AppConnection): void {
    this.#connections.delete(connection);
  }

  /** The next application for requests of that method, if any wants them. */
  next(method: string): AppConnection | undefined {
    const verb = method.toLowerCase();
    for (const connection of this.#connections) {
      if (connection.closed || !connection.routes.has(verb)) continue;
      // To the end of the line: a set keeps the order of insertion.
      this.#connections.delete(connection);
      this.#connections.add(connection);
      return connection;
    }
    return undefined;
  }

  /** What the applications take between them, in upper case. */
  methods(): string[] {
    const verbs = new Set<string>();
    for (const { routes } of this.#connections) for (const verb of routes) verbs.add(verb.toUpperCase());
    return [...verbs].filter(verb => !verb.startsWith('CDR:')).sort();
  }

  async closeAll(): Promise<void> {
    await Promise.all(Array.from(this.#connections, connection => connection.close()));
  }
}
