// A gateway with a security log for fail2ban, and the offences that the log contains.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';
import { type SceneOptions, startDeserted } from '../support/signalling-gateway.ts';
import type { Deserted } from './authorization-scene.ts';
import { BareSocket } from './bare-socket.ts';

export interface Watched extends Deserted {
  offences(): readonly string[];
  /** Commits an offence that is one for certain (`missing-origin`), and resolves once it is in the file. */
  offend(): Promise<void>;
  assertOffences(...expected: string[]): void;
  /** Resolves once the file holds exactly these. */
  writes(...expected: string[]): Promise<unknown>;
}

export async function startWatched(context: TestContext, options: SceneOptions = {}): Promise<Watched> {
  const security = join(privateFolder('security'), 'security.log');
  const settings = { log: { securityFile: security }, ...options.settings };
  const scene = await startDeserted(context, { ...options, settings });
  const offences = () => readFileSync(security, 'utf8').match(/(?<=refused )\S+/g) ?? [];
  const assertOffences = (...expected: string[]) => assert.deepEqual(offences(), expected);
  return {
    ...scene,
    offences,
    assertOffences,
    async offend() {
      const before = offences().length;
      const program = await BareSocket.connect(scene.gateway.url);
      program.socket.write(`${BareSocket.upgrade().replace(/Origin: .*\r\n/, '')}\r\n`);
      await program.closed;
      await eventually('the offence is written', () => offences().length > before, { every: 5 });
    },
    writes: (...expected) =>
      eventually('the file holds what is expected', () => {
        assertOffences(...expected);
        return true;
      }),
  };
}
