// A program in a process of its own that says a line when it has started, then answers one job after the other, a line
// for a line, and is killed when an answer takes too long.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Outcome<Answer> {
  readonly answers: readonly Answer[];
  /** The job that it was killed over. */
  readonly killedOver?: string;
}

export async function answersOf<Answer>(
  program: URL,
  argument: string,
  jobs: Iterable<{ readonly name: string }>,
  limitMs = 10_000,
): Promise<Outcome<Answer>> {
  const child = spawn(process.execPath, [fileURLToPath(program), argument], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answers: Answer[] = [];
  try {
    // How long it takes to start is no matter.
    await lines.next();
    for (const job of jobs) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      const { value, done } = await lines.next();
      clearTimeout(timer);
      if (done) return { answers, killedOver: job.name };
      answers.push(JSON.parse(value) as Answer);
    }
    return { answers };
  } finally {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
