// What a caller hears after the answer: a greeting and then an echo, or an announcement and the end of the call.

import type { AudioLeg } from './media/audio-leg.ts';
import { DelayLine } from './media/delay-line.ts';
import type { FrameClock } from './media/frame-clock.ts';
import { Playback } from './media/playback.ts';
import { digitTone } from './media/tones.ts';

/** Ticks to wait for a first packet before playing anyway: a caller may be muted, or only listening. */
const maxWaitTicks = 60;
/** Ticks after that first packet: DTLS to a browser may open one direction before the other. */
const settleTicks = 10;
const maxHeld = 200;

/** Audio on one call, until it is stopped. */
export interface Program {
  stop(): void;
}

/**
 * Plays the greeting, then sends back what arrives. A digit is answered with its tone.
 * @param delayMs the delay of the echo
 */
export function greetAndEcho(
  leg: AudioLeg,
  clock: FrameClock,
  greeting: readonly Int16Array[],
  delayMs: number,
): Program {
  const playback = new Playback();
  const held = new DelayLine(delayMs, maxHeld);
  playback.add(...greeting);
  const ready = readiness(leg);
  leg.onPacket = packet => {
    if (playback.idle) held.push(packet);
  };
  leg.onDigit = digit => {
    held.clear();
    playback.add(digitTone(digit));
  };
  const stop = clock.add(() => {
    if (!ready()) return;
    // Opus and G.722 can be sent back, but not generated.
    if (!leg.law) playback.clear();
    const frame = playback.next();
    if (frame) leg.play(frame);
    else for (const packet of held.due()) leg.sendBack(packet);
  });
  return { stop };
}

/** Plays the announcement once, then calls `done`. */
export function announce(
  leg: AudioLeg,
  clock: FrameClock,
  announcement: readonly Int16Array[],
  done: () => void,
): Program {
  const playback = new Playback();
  playback.add(...announcement);
  const ready = readiness(leg);
  const stop = clock.add(() => {
    if (!ready()) return;
    const frame = leg.law && playback.next();
    if (frame) return leg.play(frame);
    stop();
    done();
  });
  return { stop };
}

/** Counts ticks until the path is probably open. */
function readiness(leg: AudioLeg): () => boolean {
  let waited = 0;
  let heardAt: number | undefined;
  return () => {
    waited++;
    if (leg.hasReceived) heardAt ??= waited;
    return waited > maxWaitTicks || (heardAt !== undefined && waited - heardAt >= settleTicks);
  };
}
