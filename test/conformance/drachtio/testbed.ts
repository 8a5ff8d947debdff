// Starts what the suite's docker-compose file starts: SIPp as each callee, and our engine in place of drachtio-servers.
// Read from that file, so that it also works with a later release of the suite.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Engine } from '../../../gateway/engine/engine.ts';
import { programPath } from '../../support/parts.ts';
import { PeerProcess } from '../../support/peer-process.ts';
import type { SuiteFile } from './expected.ts';
import { Network } from './network.ts';
import { copySuite, type SuiteCopy } from './suite-copy.ts';
import type { Tally } from './tape.ts';

const compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      command: z.string(),
      networks: z.object({ testbed: z.object({ ipv4_address: z.string() }) }),
    }),
  ),
});

const secret = 'cymru';
/** The longest file sets itself a limit of 180 s. */
const patienceMs = 200_000;

export class Testbed {
  readonly #network: Network;
  readonly #copy: SuiteCopy;
  readonly #engines = new Map<string, Engine>();
  readonly #callees: PeerProcess[] = [];
  readonly #sipp = programPath('sipp') ?? 'sipp';

  private constructor(network: Network) {
    this.#network = network;
    this.#copy = copySuite(network);
  }

  /** Rejects if an address is taken: two runs on one machine would call each other's callees. */
  static async open(lane: number): Promise<Testbed> {
    const testbed = new Testbed(new Network(lane));
    try {
      await testbed.#start();
      return testbed;
    } catch (error) {
      await testbed.close();
      throw error;
    }
  }

  /** Runs one file of the suite. `output` is its output. */
  async run(file: SuiteFile): Promise<{ tally: Tally; output: string }> {
    const servers = Object.fromEntries(
      Array.from(this.#engines, ([name, { admin }]) => [
        name,
        { host: admin.address, port: admin.port, secret },
      ]),
    );
    const entry = new URL('./suite-process.js', import.meta.url).pathname;
    const suite = new PeerProcess(file, process.execPath, [entry, join(this.#copy.tests, `${file}.js`)], {
      env: {
        NODE_ENV: 'test',
        PATH: `${this.#copy.bin}:${process.env.PATH}`,
        DRACHTIO_SERVERS: JSON.stringify(servers),
        LANE: String(this.#network.lane),
        SIPP: this.#sipp,
        SIPP_CWD: this.#copy.folder,
      },
    });
    const timer = setTimeout(() => void suite.kill(), patienceMs);
    await suite.ended();
    clearTimeout(timer);
    const output = suite.output();
    const tally = /^tally (.*)$/m.exec(output)?.[1];
    if (tally === undefined) throw new Error(`${file}.js did not end:\n${output}`);
    return { tally: JSON.parse(tally) as Tally, output };
  }

  async close(): Promise<void> {
    await Promise.all(this.#callees.map(callee => callee.stop(1_000, 'SIGKILL')));
    await Promise.all(Array.from(this.#engines.values(), engine => engine.stop()));
  }

  async #start(): Promise<void> {
    const file = readFileSync(join(this.#copy.tests, 'docker-compose-testbed.yaml'), 'utf8');
    const { services } = compose.parse(parse(file));
    const addresses = new Map(
      Object.entries(services).map(([name, service]) => [name, service.networks.testbed.ipv4_address]),
    );
    const lookup = async (name: string) => addresses.get(name) ?? this.#network.guest;
    for (const [name, { command }] of Object.entries(services)) {
      const address = addresses.get(name)!;
      if (command.startsWith('sipp ')) this.#call(name, command, address);
      else {
        const listen = [{ transport: 'udp', address, port: 5060 }] as const;
        this.#engines.set(name, await Engine.start({ listen, admin: { address, secret }, lookup }));
      }
    }
  }

  #call(name: string, command: string, address: string): void {
    // `sipp -sf /tmp/uas.xml`: the containers see the scenarios as /tmp.
    const [, ...words] = command.replaceAll('/tmp/', `${this.#copy.tests}/scenarios/`).split(' ');
    const args = [...words, '-i', address, '-nostdin'];
    this.#callees.push(new PeerProcess(name, this.#sipp, args, { cwd: this.#copy.folder }));
  }
}
