// What a caller hears once the call is answered: a greeting and then the own voice, or words and the end.

import type { AudioLeg } from './media/audio-leg.ts';
import { DelayLine } from './media/delay-line.ts';
import type { FrameClock } from './media/frame-clock.ts';
import { Playback } from './media/playback.ts';
import { digitTone } from './media/tones.ts';

/** Beats to wait for a first packet before playing anyway: a caller may be muted, or only listening. */
const patienceBeats = 60;
/** Beats after that first packet: DTLS towards a browser may open one way before the other. */
const settleBeats = 10;
const maxHeld = 200;

/** Something on the line of one call, until it is stopped. */
export interface Program {
  stop(): void;
}

/**
 * Plays the greeting, then sends back what arrives; a digit pressed is answered by its tone.
 * @param delayMs how much later the caller hears the own voice
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
    // Opus and G.722 can be sent back, but not played in.
    if (!leg.law) playback.clear();
    const frame = playback.next();
    if (frame) leg.play(frame);
    else for (const packet of held.due()) leg.sendBack(packet);
  });
  return { stop };
}

/** Plays the words once, then calls `done`. */
export function announce(
  leg: AudioLeg,
  clock: FrameClock,
  words: readonly Int16Array[],
  done: () => void,
): Program {
  const playback = new Playback();
  playback.add(...words);
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

/** Counts beats until the line is open, as far as that can be told. */
function readiness(leg: AudioLeg): () => boolean {
  let waited = 0;
  let heardAt: number | undefined;
  return () => {
    waited++;
    if (leg.heard) heardAt ??= waited;
    return waited > patienceBeats || (heardAt !== undefined && waited - heardAt >= settleBeats);
  };
}
