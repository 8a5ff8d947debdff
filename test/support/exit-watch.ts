// Loaded before each test file. A file whose tests are over has to exit: one that does not is ended, counts as a
// failure, and names what it left open. A test that fails half-way must not stop the run until a time-out.

import { ChildProcess } from 'node:child_process';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/** Longer than closing takes on a busy machine; `?ms=` at the end of this module's address sets another time. */
const LINGERS_MS = Number(new URL(import.meta.url).searchParams.get('ms') ?? 10_000);

/** Node tells open handles only here; without it, kinds alone are named. */
const { _getActiveHandles: activeHandles = () => [] } = process as { _getActiveHandles?: () => unknown[] };

// Child processes and worker threads of a test may load this too.
if (isMainThread && isTestFile(process.argv[1])) {
  after(() => {
    setTimeout(() => {
      const kinds = process.getActiveResourcesInfo().filter(kind => kind !== 'PipeWrap');
      const open = [...activeHandles().flatMap(described), ...counted(kinds)];
      console.error(
        `the tests are over and the process is not, after ${LINGERS_MS / 1000} s; open: ${open.join(', ')}`,
      );
      process.exit(1);
    }, LINGERS_MS).unref();
  });
}

function isTestFile(name = ''): boolean {
  return /\.(?:test|story)\.js$/.test(name);
}

function described(handle: unknown): string[] {
  if (handle instanceof ChildProcess)
    return [`child ${handle.pid} ${handle.spawnargs.join(' ').slice(0, 100)}`];
  if (handle instanceof DatagramSocket) return [`UDP ${place(handle.address())}`];
  if (handle instanceof Server) return [`server ${JSON.stringify(handle.address())}`];
  if (handle instanceof Socket && handle.remotePort !== undefined)
    return [`TCP from port ${handle.localPort} to ${handle.remoteAddress}:${handle.remotePort}`];
  return [];
}

function place({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address}:${port}`;
}

/** `3 Timeout`. */
function counted(kinds: readonly string[]): string[] {
  return [...new Set(kinds)].map(kind => `${kinds.filter(other => other === kind).length} ${kind}`);
}
