// Creates the audio element and the AudioContext. Apple's browsers play nothing that was created after the visitor's
// gesture, so they create both during it; other browsers create them with the first sound. Part of the entry because of
// that gesture; speaker.ts decides what is played.

export interface Sound {
  readonly audio: HTMLAudioElement;
  readonly context: AudioContext;
}

export interface SoundSource {
  /** Returns the same object each time. */
  open(): Sound;
  /** Nothing will be played. */
  close(): void;
}

/** Must be called during the gesture. */
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
  // After a refusal there are no tones; the call continues.
  for (const wake of [context.resume(), audio.play()]) wake.catch(() => {});
  return { audio, context };
}
