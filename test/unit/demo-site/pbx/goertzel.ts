// How much of one frequency is in some samples (Goertzel): amplitude of the sine, 0 to 32,767.

export function amplitude(samples: ArrayLike<number>, hz: number, rate = 8_000): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let before = 0;
  let last = 0;
  for (let index = 0; index < samples.length; index++) {
    [before, last] = [last, samples[index]! + coefficient * last - before];
  }
  const power = last * last + before * before - coefficient * last * before;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

export function sine(hz: number, length: number, level = 8_000, from = 0): Int16Array {
  return Int16Array.from({ length }, (_, index) => {
    return Math.round(level * Math.sin((2 * Math.PI * hz * (index + from)) / 8_000));
  });
}
