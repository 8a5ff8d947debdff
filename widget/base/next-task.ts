// Lets the page answer its visitor between two pieces of work. What goes on this way goes before timers and drawing,
// where the browser knows how (Prioritized Task Scheduling 2.4).

interface Scheduler {
  yield?(): Promise<void>;
}

export function nextTask(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: Scheduler };
  return scheduler?.yield?.() ?? new Promise(resolve => setTimeout(resolve));
}
