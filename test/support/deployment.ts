// What the gateways of tests run on. SIP_CALL_TEST_ENGINE=drachtio gives each gateway an engine in another process;
// SIP_CALL_TEST_RELAY=rtpengine gives each gateway that has a media relay a real rtpengine. A test that names an engine
// or a relay keeps it.

import { after } from 'node:test';
import { claimLoopback } from './loopback.ts';
import { partsMissing } from './parts.ts';
import { Rtpengine } from './rtpengine.ts';

function chosen<T extends string>(name: string, values: readonly [T, T]): T {
  const value = process.env[name] || values[0];
  const found = values.find(one => one === value);
  if (found === undefined) throw new Error(`${name}: expected ${values.join(' or ')}, got ${value}`);
  return found;
}

/** Mutable: a test file may set the engine to run the tests of another file on it. */
export const deployment: { engine: 'embedded' | 'drachtio'; readonly relay: 'embedded' | 'rtpengine' } = {
  engine: chosen('SIP_CALL_TEST_ENGINE', ['embedded', 'drachtio']),
  relay: chosen('SIP_CALL_TEST_RELAY', ['embedded', 'rtpengine']),
};

/** For a test of what the embedded engine alone can do, such as its log lines. */
export const embeddedEngine = {
  skip: deployment.engine === 'embedded' ? false : 'the embedded engine alone',
};

let shared: Promise<Rtpengine> | undefined;
after(async () => await (await shared)?.stop());

/** HOST:PORT of the rtpengine of this test process, or undefined when tests use the embedded relay. */
export async function rtpengineEndpoint(): Promise<string | undefined> {
  if (deployment.relay === 'embedded' || partsMissing()) return undefined;
  shared ??= claimLoopback().then(network =>
    Rtpengine.start({ address: network.address(13), others: ['::1'], ports: 2000 }),
  );
  return (await shared).endpoint;
}
