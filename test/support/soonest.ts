// How long something takes at its soonest. A busy machine keeps some runs waiting; a wait of our own is in every one.

/** Milliseconds of the quickest of ten runs; the first that takes less than `enough` ends it. */
export async function soonest(enough: number, run: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 10 && least >= enough; times++) {
    const before = performance.now();
    await run();
    least = Math.min(least, performance.now() - before);
  }
  return least;
}
