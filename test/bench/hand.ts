// How people press: milliseconds that a mouse is over a button before it is pressed, and that it, or a finger, stays down.

export const POINTING = 200;
export const PRESSING = 80;
