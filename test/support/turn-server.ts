// coturn from Debian as a company would run it for visitors behind closed networks: credentials by a shared secret,
// reached over TCP alone.

import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

export class TurnServer {
  readonly url: string;
  readonly secret: string;
  readonly #process: PeerProcess;

  static async start(address: string): Promise<TurnServer> {
    const port = await freePort(address);
    const secret = 'kept between two';
    const process_ = new PeerProcess('coturn', programPath('turnserver') ?? 'turnserver', [
      ...['-n', '--no-cli', '--no-tls', '--no-dtls', '--no-udp', '--allow-loopback-peers'],
      ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
      ...['--realm=mysite.test', '--use-auth-secret', `--static-auth-secret=${secret}`],
      ...['--log-file=stdout', '--verbose', `--pidfile=${join(privateFolder('turn'), 'pid')}`],
    ]);
    await process_.waitFor(/TCP listener opened on/, { within: 15_000 });
    return new TurnServer(process_, `turn:${address}:${port}?transport=tcp`, secret);
  }

  private constructor(process_: PeerProcess, url: string, secret: string) {
    this.#process = process_;
    this.url = url;
    this.secret = secret;
  }

  get log(): string {
    return this.#process.output();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
