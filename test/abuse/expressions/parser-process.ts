// A process that reads SIP messages as drachtio-srf and its application do, and may hang over one. A line of JSON
// comes in for each message, a line goes out for what it cost. With `bare`, nothing stands before drachtio-srf.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { handedOn } from './handed-on.ts';

export interface ReadJob {
  readonly name: string;
  /** Base64. */
  readonly message: string;
}

export interface ReadCost {
  readonly name: string;
  /** Whether drachtio-srf was given it. */
  readonly handedOn: boolean;
  /** CPU time of the engine, and of drachtio-srf, in milliseconds. */
  readonly engineMs: number;
  readonly libraryMs: number;
}

interface Aor {
  readonly uri: string;
}
interface Library {
  readonly headers: Readonly<Record<string, string>>;
  readonly uri?: string;
  readonly body?: string;
  readonly calledNumber: string;
  readonly callingNumber: string;
  readonly callingName: string;
  getParsedHeader(name: string): Aor | Aor[];
}

const requireHere = createRequire(import.meta.url);
const SipMessage = requireHere('drachtio-srf/lib/sip-parser/message.js') as new (text: string) => Library;
const { parseUri } = requireHere('drachtio-srf/lib/sip-parser/parser.js') as {
  parseUri(uri: string): unknown;
};
const requireThere = createRequire(requireHere.resolve('drachtio-srf'));
const sdp = requireThere('sdp-transform') as { parse(text: string): unknown };

/** Everything that drachtio-srf does to a message by itself, or for the call app. */
function readAsLibrary(bytes: Buffer): void {
  const message = attempt(() => new SipMessage(bytes.toString('utf8')));
  if (message === undefined) return;
  attempt(() => message.uri && parseUri(message.uri));
  for (const name of ['From', 'To', 'Contact', 'CSeq', 'Record-Route']) {
    for (const { uri } of attempt(() => [message.getParsedHeader(name)].flat()) ?? [])
      attempt(() => parseUri(uri));
  }
  attempt(() => message.calledNumber);
  attempt(() => message.callingNumber);
  attempt(() => message.callingName);
  attempt(() => sdp.parse(message.body ?? ''));
  attempt(() => /text="(.*)"/.exec(message.headers.reason ?? ''));
}

/** What it throws is another test's concern. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function cpuMs<T>(work: () => T): [number, T] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}

const bare = process.argv[2] === 'bare';
/** Between these a message is measured again. */
const CHEAP_MS = 2;
const DEAR_MS = 200;

process.stdout.write('started\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { name, message } = JSON.parse(line) as ReadJob;
  const bytes = Buffer.from(message, 'base64');
  let engineMs = Number.POSITIVE_INFINITY;
  let libraryMs = Number.POSITIVE_INFINITY;
  let given = false;
  // The least of some runs: what a compiler or a collector does beside them is not the message's.
  for (let run = 0; run < 4; run++) {
    const [engine, out] = bare ? [0, bytes] : cpuMs(() => handedOn(bytes));
    const [library] = out === undefined ? [0] : cpuMs(() => readAsLibrary(out));
    given = out !== undefined;
    engineMs = Math.min(engineMs, engine);
    libraryMs = Math.min(libraryMs, library);
    if (engineMs + libraryMs < CHEAP_MS || engineMs + libraryMs > DEAR_MS) break;
  }
  process.stdout.write(
    `${JSON.stringify({ name, handedOn: given, engineMs, libraryMs } satisfies ReadCost)}\n`,
  );
}
