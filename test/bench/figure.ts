// A figure and its printing: one aligned table per section.

export interface Figure {
  readonly name: string;
  readonly value: string;
  /** The goal, and the ratio to it; absent when there is no goal. */
  readonly aim?: string;
}

export function printSection(title: string, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const column = Math.max(...figures.map(({ value }) => value.length));
  console.log(`\n${title}`);
  for (const { name, value, aim } of figures) {
    console.log(`  ${name.padEnd(width)}  ${value.padStart(column)}${aim ? `   aim ${aim}` : ''}`);
  }
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Median and 99th percentile of samples in milliseconds. */
export function spread(samples: readonly number[]): string {
  const at = (share: number) => percentile(samples, share).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

/** `measured` beside its goal: the ratio shows how much of the goal is used up. */
export function atMost(measured: number, aim: number, unit: string): string {
  return `at most ${aim} ${unit} (${(measured / aim).toFixed(2)} of it)`;
}

export function atLeast(measured: number, aim: number, unit: string): string {
  return `at least ${aim} ${unit} (${(measured / aim).toFixed(2)} times that)`;
}

/** The share of one of `count`. */
export function kilobytes(bytes: number, count: number): string {
  return `${(bytes / count / 1000).toFixed(1)} kB`;
}
