// The two things that play, made while the visitor's gesture is being handled: iOS lets nothing sound that was made
// later. In the entry for that reason alone; speaker.ts decides what is played.

export interface Sound {
  readonly audio: HTMLAudioElement;
  readonly context: AudioContext;
}

export function openSound(): Sound {
  const context = new AudioContext();
  const audio = new Audio();
  audio.autoplay = true;
  audio.srcObject = context.createMediaStreamDestination().stream;
  // A refusal costs the tones, not the call.
  for (const wake of [context.resume(), audio.play()]) wake.catch(() => {});
  return { audio, context };
}
