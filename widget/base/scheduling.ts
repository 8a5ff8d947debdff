// Runs work between the browser's tasks and frames.

interface Scheduler {
  yield?(): Promise<void>;
}

/**
 * Continues in a new task, so that the page can react to its visitor in between. Where the browser supports it, the new
 * task runs before timers and drawing (Prioritized Task Scheduling 2.4).
 */
export function nextTask(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: Scheduler };
  return scheduler?.yield?.() ?? new Promise(resolve => setTimeout(resolve));
}

/** Resolves once a reported change is visible; after 100 ms in a background page, which has no frames. */
export function afterPaint(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, 100);
    // The element draws in a task of its own.
    setTimeout(() => requestAnimationFrame(() => setTimeout(resolve)));
  });
}

/**
 * Draws once where it is invisible, while the visitor only points at the button: templates are parsed, styles matched and
 * fonts found before the press, which a slow machine would otherwise feel.
 */
export function prerender(root: ShadowRoot, draw: (place: HTMLElement) => void): void {
  const stage = document.createElement('div');
  stage.inert = true;
  Object.assign(stage.style, { position: 'fixed', visibility: 'hidden', contain: 'strict', width: '320px' });
  root.append(stage);
  draw(stage);
  // The layout needs one frame.
  requestAnimationFrame(() => setTimeout(() => stage.remove()));
}
