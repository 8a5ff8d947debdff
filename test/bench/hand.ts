// The timing of a human press: milliseconds that a mouse is over a button before the press, and that the
// mouse button, or a finger, stays down.

export const POINTING = 200;
export const PRESSING = 80;
