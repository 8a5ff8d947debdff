// The components of the gateway in the order of their start. They stop in reverse order: when the gateway stops, and
// when a later component fails to start.

export class Lifecycle {
  readonly #stops: (() => unknown)[] = [];
  #stopped: Promise<void> | undefined;

  /** Starts a component. `stop` runs when the gateway stops, after those of all components that started later. */
  async start<T>(start: () => T | Promise<T>, stop: (component: T) => unknown): Promise<T> {
    const component = await start();
    this.#stops.push(() => stop(component));
    return component;
  }

  /**
   * Stops all components that have started, once. A component that fails to stop does not keep the others from it.
   * @throws {AggregateError} with the failures, after all have stopped
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some components did not stop');
  }
}

/** Runs `start`; when it fails, stops the components that it has started, and rejects with the failure of `start`. */
export async function startOrUnwind<T>(start: (lifecycle: Lifecycle) => Promise<T>): Promise<T> {
  const lifecycle = new Lifecycle();
  try {
    return await start(lifecycle);
  } catch (error) {
    await lifecycle.stop().catch(() => {});
    throw error;
  }
}
