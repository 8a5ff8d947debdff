// CPU time, which depends neither on other processes nor on the compiler's warm-up.

/** CPU milliseconds that the work takes, the best of three runs. */
export function cpuTime(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
