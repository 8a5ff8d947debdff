// The two things that play, made with the visitor's gesture: iOS lets nothing sound that was made later. In the entry for
// that reason alone; speaker.ts decides what is played.

export interface Sound {
  readonly audio: HTMLAudioElement;
  readonly context: AudioContext;
}

/**
 * Browsers of Apple's want it done while the gesture is handled; to others a page that was pressed may sound from then
 * on, and it is done in a task of its own: a small machine takes its time over it.
 */
export function openSound(): Promise<Sound> {
  return new Promise(resolve => {
    const open = () => resolve(makeSound());
    if (navigator.vendor.startsWith('Apple')) open();
    else setTimeout(open);
  });
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
