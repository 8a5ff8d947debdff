// The demo in a separate process: a page with a button, a gateway, and a PBX.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the demo on any free port. Rejects when it ends before it reports its address. */
export async function startDemo(): Promise<Demo> {
  const program = fileURLToPath(new URL('../../demo-site/demo.js', import.meta.url));
  const child = spawn(process.execPath, [program, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ *Open +(http:\S+)\/$/.exec(line)?.[1];
    if (url) {
      return {
        url,
        async stop() {
          child.kill('SIGTERM');
          await exited;
        },
      };
    }
  }
  throw new Error('the demo ended before it was ready');
}
