// coturn from Debian as a company would run it for visitors behind closed networks: credentials by a shared secret,
// reached over TCP alone, clear or with TLS.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificate, privateKey } from '../unit/engine/transport/test-certificate.ts';
import { freePort } from './free-port.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

export class TurnServer {
  readonly url: string;
  /** With the tests' own certificate. */
  readonly secureUrl: string;
  readonly secret: string;
  readonly #process: PeerProcess;

  static async start(address: string): Promise<TurnServer> {
    const [port, securePort] = [await freePort(address), await freePort(address)];
    const folder = privateFolder('turn');
    const [cert, pkey] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    writeFileSync(cert, certificate);
    writeFileSync(pkey, privateKey);
    const secret = 'kept between two';
    const process_ = new PeerProcess('coturn', programPath('turnserver') ?? 'turnserver', [
      ...['-n', '--no-cli', '--no-dtls', '--no-udp', '--allow-loopback-peers'],
      ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
      ...[`--tls-listening-port=${securePort}`, `--cert=${cert}`, `--pkey=${pkey}`],
      ...['--realm=mysite.test', '--use-auth-secret', `--static-auth-secret=${secret}`],
      ...['--log-file=stdout', '--verbose', `--pidfile=${join(folder, 'pid')}`],
    ]);
    for (const each of [port, securePort]) {
      const opened = new RegExp(`TCP listener opened on : \\S+:${each}\\b`);
      await process_.waitFor(opened, { within: 60_000, since: 0 });
    }
    const url = (scheme: string, port: number) => `${scheme}:${address}:${port}?transport=tcp`;
    return new TurnServer(process_, url('turn', port), url('turns', securePort), secret);
  }

  private constructor(process_: PeerProcess, url: string, secureUrl: string, secret: string) {
    this.#process = process_;
    this.url = url;
    this.secureUrl = secureUrl;
    this.secret = secret;
  }

  get log(): string {
    return this.#process.output();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
