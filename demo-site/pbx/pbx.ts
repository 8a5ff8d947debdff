// The PBX of the demo: a drachtio-srf application on the embedded engine, with the dialplan of the founding document.
// It accepts calls from any address, has no registrations and makes no calls.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { Engine } from '../../gateway/engine/engine.ts';
import type { Log } from '../../gateway/observe/log.ts';
import type { CallMedia } from './call-media.ts';
import { type Action, extensionFor } from './dialplan.ts';
import { announcement } from './greetings.ts';
import { type CallContext, type CallTimes, IncomingCall } from './incoming-call.ts';
import { FrameClock } from './media/frame-clock.ts';
import { beep } from './media/tones.ts';
import { announce, greetAndEcho, type Program } from './programs.ts';
import { Seminar } from './seminar.ts';

export interface DemoPbxOptions {
  readonly address: string;
  /** UDP and TCP. 0, the default, for any free one. */
  readonly port?: number;
  readonly log: Log;
  /** The delay of the echo. 400 ms is clearly recognized as an echo. */
  readonly echoDelayMs?: number;
  readonly times?: Partial<CallTimes>;
  /** Limit of simultaneous calls. Further ones get a busy response. */
  readonly maxCalls?: number;
}

export interface DemoPbx {
  readonly port: number;
  /** Current number of calls. */
  readonly calls: number;
  stop(): Promise<void>;
}

const usualTimes: CallTimes = {
  ringsAfterMs: 300,
  ringsForMs: 1_500,
  ringLimitMs: 180_000,
  callLimitMs: 600_000,
};

export async function startDemoPbx(options: DemoPbxOptions): Promise<DemoPbx> {
  const { address, log } = options;
  const secret = randomBytes(24).toString('base64url');
  const { engine, port } = await startEngine(address, options.port ?? 0, secret);
  const srf = new Srf();
  srf.on('error', error => log.error({ err: error }, 'demo PBX lost its engine'));

  const clock = new FrameClock();
  const seminar = new Seminar(clock);
  const calls = new Set<IncomingCall>();
  let stopped: Promise<void> | undefined;
  const echoDelayMs = options.echoDelayMs ?? 400;
  const times = { ...usualTimes, ...options.times };
  const context: CallContext = { srf, address, clock, echoDelayMs, times, start };

  srf.use('invite', (request, response) => void take(request, response));
  srf.use('options', (_request, response) => response.send(200));
  // Connected last: the engine receives the routes before the first request can arrive.
  const connected = once(srf, 'connect');
  srf.connect({ host: engine.admin.address, port: engine.admin.port, secret });
  await connected;

  return {
    port,
    get calls() {
      return calls.size;
    },
    stop: () => (stopped ??= stop()),
  };

  async function stop(): Promise<void> {
    await Promise.all([...calls].map(call => call.end()));
    srf.disconnect();
    await engine.stop();
  }

  async function take(request: SrfRequest, response: SrfResponse): Promise<void> {
    const { verdict, action } = extensionFor(request.uri);
    // The text that fail2ban looks for in the founding document.
    const line = `${verdict} IP=${request.source_address}`;
    if (verdict === 'Good call') log.info(line);
    else log.warn(line);
    if (calls.size >= (options.maxCalls ?? 30)) return response.send(600);

    const call = new IncomingCall(request, response, context);
    calls.add(call);
    await call.run(action);
    calls.delete(call);
  }

  function start(action: Action, media: CallMedia, done: () => void): Program | undefined {
    switch (action.type) {
      case 'greet':
        return greetAndEcho(media.audio, clock, [announcement(action.greeting), beep()], echoDelayMs);
      case 'conference':
        return media.audio.law ? seminar.join(media.audio) : undefined;
      case 'announce':
        return announce(media.audio, clock, [announcement(action.announcement)], done);
      default:
        return undefined;
    }
  }
}

/** One port number for both transports. A free UDP port may be taken on TCP, so several are tried. */
async function startEngine(address: string, wanted: number, secret: string) {
  for (let tries = 0; ; tries++) {
    const port = wanted || 20_000 + Math.floor(Math.random() * 10_000);
    try {
      const listen = [
        { transport: 'udp', address, port },
        { transport: 'tcp', address, port },
      ] as const;
      return { engine: await Engine.start({ listen: [...listen], admin: { secret } }), port };
    } catch (error) {
      if (wanted || tries === 9) throw error;
    }
  }
}
