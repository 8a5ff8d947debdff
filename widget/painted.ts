/** Resolves after the next frame, or soon where there are none: a page in the background draws nothing. */
export function painted(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, 100);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
