// The two things that play. Apple's browsers let nothing sound that was made after the visitor's gesture; to others a page
// that was pressed may sound from then on, and what takes its time to be made is made when there is something to hear.
// In the entry for that gesture alone; speaker.ts decides what is played.

export interface Sound {
  readonly audio: HTMLAudioElement;
  readonly context: AudioContext;
}

export interface SoundSource {
  /** The same each time. */
  open(): Sound;
  /** Nothing is going to be heard. */
  close(): void;
}

/** To be called while the gesture is handled. */
export function soundSource(): SoundSource {
  let sound = navigator.vendor.startsWith('Apple') ? makeSound() : undefined;
  return {
    open() {
      sound ??= makeSound();
      return sound;
    },
    close: () => void sound?.context.close().catch(() => {}),
  };
}

function makeSound(): Sound {
  const context = new AudioContext();
  const audio = new Audio();
  audio.autoplay = true;
  audio.srcObject = context.createMediaStreamDestination().stream;
  // A refusal costs the tones, not the call.
  for (const wake of [context.resume(), audio.play()]) wake.catch(() => {});
  return { audio, context };
}
