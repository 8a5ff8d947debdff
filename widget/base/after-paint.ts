/** Resolves once what was reported is drawn and shown, or soon where no frames are: a page in the background has none. */
export function afterPaint(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, 100);
    // The element draws in a task of its own.
    setTimeout(() => requestAnimationFrame(() => setTimeout(resolve)));
  });
}
