// systemd's end of sd_notify(3): a datagram socket, and a watchdog that says when nothing has come for too long. In
// Python, for node has no such sockets.

import { join } from 'node:path';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

const program = `
import os, socket, sys, time
path, limit = sys.argv[1], float(sys.argv[2])
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(path)
print('listening', flush=True)
fed = None
while True:
    receiver.settimeout(None if fed is None else max(0.001, fed + limit - time.monotonic()))
    try:
        states = receiver.recv(4096).decode().split()
    except socket.timeout:
        print('WATCHDOG TIMEOUT', flush=True)
        fed = None
        continue
    if 'READY=1' in states or 'WATCHDOG=1' in states:
        fed = time.monotonic()
    for state in states:
        print(state, flush=True)
`;

export interface ServiceManager {
  /** Prints each state that it receives, and `WATCHDOG TIMEOUT`. */
  readonly said: PeerProcess;
  /** A program and its arguments that runs another as a service of it. */
  readonly runs: readonly string[];
}

/** The watchdog waits for so many seconds. */
export async function startServiceManager(watchdogSeconds: number): Promise<ServiceManager> {
  const socket = join(privateFolder('notify'), 'socket');
  const said = new PeerProcess('the service manager', 'python3', [
    '-c',
    program,
    socket,
    String(watchdogSeconds),
  ]);
  await said.waitFor(/^listening$/);
  return { said, runs: ['env', `NOTIFY_SOCKET=${socket}`, `WATCHDOG_USEC=${watchdogSeconds * 1e6}`] };
}
